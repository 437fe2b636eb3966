using System.Text.RegularExpressions;

namespace Dragoman.Cli;

/// <summary>Removes what looks like a key or a token from a message that quotes arguments.</summary>
internal static partial class Secrets
{
    public static string Hide(string text) => Secret().Replace(text, match => match.Value.StartsWith("dgm_", StringComparison.Ordinal) ? "dgm_…" : "…");

    [GeneratedRegex(@"dgm_[0-9A-Za-z]+|eyJ[\w-]+\.[\w-]+\.[\w-]*|(?<=://)[^/\s@]*(?=@)")]
    private static partial Regex Secret();
}
