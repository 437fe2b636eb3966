using System.Text;

namespace Dragoman.Functional.Tests.Access;

/// <summary>Secrets that went through the processes, and the search for what is left of them.</summary>
internal sealed class Sentinels
{
    /// <summary>Characters; shorter pieces would be found by chance.</summary>
    private const int ShortestNeedle = 12;

    private readonly Dictionary<string, IReadOnlyList<string>> needles = [];

    /// <summary>How often a place was searched for a secret.</summary>
    public int Searches { get; private set; }

    /// <param name="name">What the secret is, for the report.</param>
    /// <param name="secret">Its text.</param>
    /// <param name="publicLength">The length of its beginning that is no secret, such as the id of a key.</param>
    public void Add(string name, string secret, int publicLength = 0)
    {
        var hidden = secret[publicLength..];
        // A text that was cut still has the beginning of the hidden part.
        var head = hidden[..Math.Max(ShortestNeedle, hidden.Length / 2)];
        var forms = new HashSet<string> { head, Uri.EscapeDataString(head), Convert.ToHexString(Encoding.UTF8.GetBytes(head)), Convert.ToHexStringLower(Encoding.UTF8.GetBytes(head)) };
        for (var shift = 0; shift < 3; shift++)
        {
            // Base64 of a text that contains the secret, at each place of a group of three bytes. The ends depend on the neighbors.
            var encoded = Convert.ToBase64String(Encoding.UTF8.GetBytes(new string('-', shift) + head));
            var inner = encoded[(shift == 0 ? 0 : 4)..^4];
            forms.Add(inner);
            forms.Add(inner.Replace('+', '-').Replace('/', '_'));
        }

        needles[name] = [.. forms];
    }

    /// <summary>Returns each secret that is in a text.</summary>
    /// <param name="place">What the text is, for the report.</param>
    /// <param name="text">The text; bytes as Latin-1.</param>
    public IEnumerable<string> FindIn(string place, string text)
    {
        foreach (var (name, forms) in needles)
        {
            Searches++;
            foreach (var form in forms)
            {
                var at = text.IndexOf(form, StringComparison.Ordinal);
                // The secret itself stays out of the report of the test.
                if (at >= 0)
                    yield return $"{name} in {place} at {at}, after: {text[Math.Max(0, at - 80)..at]}";
            }
        }
    }

    /// <summary>Returns each secret that is in a file of a directory.</summary>
    public IEnumerable<string> FindUnder(string directory, params string[] except) => Directory
        .EnumerateFiles(directory, "*", SearchOption.AllDirectories)
        .Where(file => !except.Contains(Path.GetFileName(file)))
        .SelectMany(file => FindIn(file, ReadShared(file)));

    private static string ReadShared(string path)
    {
        // A file that only locks a journal cannot be opened meanwhile, and has nothing to read.
        if (new FileInfo(path) is { Extension: ".lock", Length: 0 })
            return "";
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var reader = new StreamReader(stream, Encoding.Latin1);
        return reader.ReadToEnd();
    }
}
