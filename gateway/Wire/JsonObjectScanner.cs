using System.Buffers.Text;

namespace Dragoman.Wire;

/// <summary>
/// Follows a JSON object whose text arrives as escaped slices, without parsing it, and finds where it ends: some servers
/// send several objects back to back (P-6).
/// </summary>
public sealed class JsonObjectScanner
{
    private int depth;
    private bool inString;
    private bool afterBackslash;
    private bool isSomethingElse;

    /// <summary>Whether anything but white space was read.</summary>
    public bool HasBegun { get; private set; }

    /// <summary>Whether the object's last brace was read.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>
    /// Reads the next slice and returns how many of its bytes belong to this object: fewer than given when a second object follows.
    /// </summary>
    public int Read(ReadOnlySpan<byte> escaped)
    {
        var position = 0;
        while (position < escaped.Length && !isSomethingElse)
        {
            if (inString && !afterBackslash)
            {
                var plain = escaped[position..].IndexOfAny((byte)'"', (byte)'\\');
                if (plain < 0)
                    return escaped.Length;
                position += plain;
            }

            var character = ReadCharacter(escaped[position..], out var length);
            if (IsComplete && character == '{')
                return position;
            position += length;
            Accept(character);
        }

        return escaped.Length;
    }

    private void Accept(byte character)
    {
        if (inString)
        {
            if (afterBackslash)
                afterBackslash = false;
            else if (character == '\\')
                afterBackslash = true;
            else
                inString = character != '"';
            return;
        }

        if (character is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t')
            return;
        if (IsComplete || (!HasBegun && character != '{'))
            isSomethingElse = true;
        HasBegun = true;
        switch (character)
        {
            case (byte)'"':
                inString = true;
                break;
            case (byte)'{' or (byte)'[':
                depth++;
                break;
            case (byte)'}' or (byte)']':
                IsComplete = --depth == 0;
                break;
        }
    }

    /// <summary>The character that an escape stands for; zero for one beyond ASCII, which makes no difference here.</summary>
    private static byte ReadCharacter(ReadOnlySpan<byte> escaped, out int length)
    {
        length = 1;
        if (escaped[0] != '\\' || escaped.Length < 2)
            return escaped[0];
        length = 2;
        switch (escaped[1])
        {
            case (byte)'n' or (byte)'r' or (byte)'t':
                return (byte)' ';
            case (byte)'u' when escaped.Length >= 6:
                length = 6;
                return Utf8Parser.TryParse(escaped.Slice(2, 4), out ushort unit, out _, 'x') && unit < 128 ? (byte)unit : (byte)0;
            case var plain:
                return plain;
        }
    }
}
