using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace Dragoman.Secrets;

/// <summary>
/// Removes credentials from foreign text in whatever form they are written: plain, escaped as in JSON (also several times
/// over), or percent-encoded. A text without a credential is returned as it is and costs one search.
/// </summary>
public sealed class CredentialScrub
{
    /// <summary>Characters. A shorter credential is an ordinary word, such as "emulator" or "lm-studio", which answers must be allowed to contain.</summary>
    public const int Shortest = 12;

    /// <summary>The text that replaces a credential.</summary>
    public const string Replacement = "[redacted]";

    /// <summary>How many learned credentials are kept for each credential that changes: one that expires is forgotten after so many newer ones.</summary>
    private const int MostLearned = 8;

    /// <summary>The most backslashes before an escaped character: JSON within JSON within JSON has seven.</summary>
    private const int MostBackslashes = 8;

    private readonly Lock gate = new();
    private int fixedCount;
    private int mostLearned;
    private volatile byte[][] credentials;
    private volatile SearchValues<byte> letters;

    /// <param name="credentials">The credentials to remove; those shorter than <see cref="Shortest"/> are ignored.</param>
    /// <param name="changing">How many credentials may become others.</param>
    public CredentialScrub(IEnumerable<string?> credentials, int changing = 1)
    {
        mostLearned = MostLearned * Math.Max(1, changing);
        this.credentials = BytesOf(credentials);
        letters = LettersOf(this.credentials);
        fixedCount = this.credentials.Length;
    }

    /// <summary>Removes other credentials from now on. The newest few of the others are still removed, because answers that began before may contain them.</summary>
    /// <param name="credentials">The credentials to remove; those shorter than <see cref="Shortest"/> are ignored.</param>
    /// <param name="changing">How many credentials may become others.</param>
    public void Replace(IEnumerable<string?> credentials, int changing = 1)
    {
        var configured = BytesOf(credentials);
        lock (gate)
        {
            var known = this.credentials;
            var others = known.Where(each => !Array.Exists(configured, one => one.AsSpan().SequenceEqual(each))).ToArray();
            // Whoever still searches for the old ones must find all their letters.
            letters = LettersOf([.. known, .. configured]);
            mostLearned = MostLearned * Math.Max(1, changing);
            this.credentials = [.. configured, .. others[Math.Max(0, others.Length - mostLearned)..]];
            fixedCount = configured.Length;
        }
    }

    /// <summary>Adds a credential that is removed from now on. Only the newest few added ones are kept.</summary>
    public void Learn(string credential)
    {
        if (!IsLongEnough(credential) || Knows(credential))
            return;
        lock (gate)
        {
            if (Knows(credential))
                return;
            var known = credentials;
            var learned = known.AsSpan(fixedCount);
            byte[][] next = [.. known.AsSpan(0, fixedCount), .. learned[Math.Max(0, learned.Length - mostLearned + 1)..], Encoding.UTF8.GetBytes(credential)];
            // The letters go first: a thread that sees the new credentials must not search with the old letters.
            letters = LettersOf(next);
            credentials = next;
        }
    }

    /// <summary>The bytes without any credential; the same memory when there was none.</summary>
    public ReadOnlyMemory<byte> Clean(ReadOnlyMemory<byte> text) => Rewrite(text.Span) is { } clean ? clean : text;

    /// <summary>The bytes without any credential; the same span when there was none, and then nothing is allocated.</summary>
    public ReadOnlySpan<byte> Clean(ReadOnlySpan<byte> text) => Rewrite(text) is { } clean ? clean : text;

    /// <summary>The text without any credential.</summary>
    public string Clean(string text)
    {
        if (credentials.Length == 0 || text.Length < Shortest)
            return text;
        return Rewrite(Encoding.UTF8.GetBytes(text)) is { } clean ? Encoding.UTF8.GetString(clean) : text;
    }

    /// <summary>Whether a text contains a credential.</summary>
    public bool IsIn(string text) => !ReferenceEquals(Clean(text), text);

    private static byte[][] BytesOf(IEnumerable<string?> credentials) =>
        [.. credentials.OfType<string>().Where(IsLongEnough).Distinct(StringComparer.Ordinal).Select(Encoding.UTF8.GetBytes)];

    private static bool IsLongEnough(string credential) => credential.Length >= Shortest;

    private bool Knows(string credential)
    {
        foreach (var known in credentials)
        {
            if (known.Length == credential.Length && Ascii.Equals(known, credential))
                return true;
        }

        return false;
    }

    private static SearchValues<byte> LettersOf(byte[][] credentials) => SearchValues.Create([.. credentials.SelectMany(credential => credential).Distinct()]);

    /// <summary>Null when there is nothing to remove.</summary>
    private byte[]? Rewrite(ReadOnlySpan<byte> text)
    {
        if (text.Length < Shortest)
            return null;
        byte[]? clean = null;
        foreach (var credential in credentials)
        {
            var rest = clean is null ? text : clean;
            if (rest.IndexOf(credential) >= 0)
                clean = Replace(rest, credential, static (text, credential) => (text.IndexOf(credential), credential.Length));
            rest = clean is null ? text : clean;
            if (HoldsEscapedLetter(rest) && FindEscaped(rest, credential).Start >= 0)
                clean = Replace(rest, credential, FindEscaped);
        }

        return clean;
    }

    private static byte[] Replace(ReadOnlySpan<byte> text, ReadOnlySpan<byte> credential, Find find)
    {
        var output = new ArrayBufferWriter<byte>(text.Length);
        while (find(text, credential) is { Start: >= 0 } found)
        {
            output.Write(text[..found.Start]);
            output.Write(Encoding.ASCII.GetBytes(Replacement));
            text = text[(found.Start + found.Length)..];
        }

        output.Write(text);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>Whether the text contains a letter of a credential in escaped form; most texts do not.</summary>
    private bool HoldsEscapedLetter(ReadOnlySpan<byte> text)
    {
        var position = text.IndexOfAny((byte)'\\', (byte)'%');
        if (position < 0)
            return false;
        var known = letters;
        // Streamed tool arguments are full of backslashes, but most keys have no letter that a single backslash escapes.
        var rest = text[position..];
        if (rest.IndexOf("\\u00"u8) < 0 && !rest.Contains((byte)'%') && !known.Contains((byte)'/') && !known.Contains((byte)'"') && !known.Contains((byte)'\\'))
            return false;
        while (position >= 0)
        {
            if ((TryReadEscaped(text[position..], out var letter, out var length) && known.Contains(letter)) || known.Contains((byte)'\\'))
                return true;
            position += Math.Max(1, length);
            var next = text[position..].IndexOfAny((byte)'\\', (byte)'%');
            position = next < 0 ? -1 : position + next;
        }

        return false;
    }

    private static (int Start, int Length) FindEscaped(ReadOnlySpan<byte> text, ReadOnlySpan<byte> credential)
    {
        for (var start = 0; start < text.Length;)
        {
            var next = text[start..].IndexOfAny(credential[0], (byte)'\\', (byte)'%');
            if (next < 0)
                break;
            start += next;
            if (LengthOfMatch(text[start..], credential) is var length and > 0)
                return (start, length);
            start++;
        }

        return (-1, 0);
    }

    private static int LengthOfMatch(ReadOnlySpan<byte> text, ReadOnlySpan<byte> credential)
    {
        var position = 0;
        foreach (var letter in credential)
        {
            if (position == text.Length)
                return 0;
            if (letter == '\\' && text[position..].StartsWith(@"\\"u8))
                position += 2;
            else if (TryReadEscaped(text[position..], out var escaped, out var length) && escaped == letter)
                position += length;
            else if (text[position] == letter)
                position++;
            else
                return 0;
        }

        return position;
    }

    /// <summary>Reads an escaped letter: <c>\/</c>, <c>\u00xx</c>, <c>%xx</c>, with any number of backslashes.</summary>
    private static bool TryReadEscaped(ReadOnlySpan<byte> text, out byte letter, out int length)
    {
        letter = 0;
        length = 0;
        if (text[0] == '%')
            return text.Length >= 3 && TryReadHex(text[1..3], out letter) && (length = 3) > 0;
        while (length < text.Length && length < MostBackslashes && text[length] == '\\')
            length++;
        if (length == 0 || length == text.Length)
            return false;
        var rest = text[length..];
        if (rest.Length >= 5 && rest.StartsWith("u00"u8) && TryReadHex(rest[3..5], out letter))
        {
            length += 5;
            return true;
        }

        letter = rest[0];
        length++;
        return letter is (byte)'/' or (byte)'"';
    }

    private static bool TryReadHex(ReadOnlySpan<byte> digits, out byte value) =>
        Utf8Parser.TryParse(digits, out value, out var read, 'x') && read == digits.Length;

    private delegate (int Start, int Length) Find(ReadOnlySpan<byte> text, ReadOnlySpan<byte> credential);
}
