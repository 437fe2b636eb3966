using Dragoman.Startup;

namespace Dragoman.Identity;

/// <summary>A library's message as a part of a line.</summary>
internal static class OneLine
{
    /// <summary>UTF-16 units: some messages have whole answers and addresses of manuals.</summary>
    private const int Longest = 300;

    private const string Manual = " See the troubleshooting guide";

    /// <summary>How the authority's own explanation begins, which comes after several general sentences.</summary>
    private const string Code = "AADSTS";

    /// <summary>Whether the message has the authority's own explanation.</summary>
    public static bool HasCode(string message) => message.Contains(Code, StringComparison.Ordinal);

    public static string Of(string message)
    {
        var code = message.IndexOf(Code, StringComparison.Ordinal);
        var line = message[Math.Max(code, 0)..].Split('\n', 2)[0].Trim();
        var manual = line.IndexOf(Manual, StringComparison.Ordinal);
        if (manual > 0)
            line = line[..manual];
        return Printable.Line(line.Length > Longest ? line[..Longest] + "…" : line).TrimEnd('.', ' ');
    }
}
