using System.Buffers;

namespace Dragoman.Wire;

/// <summary>The unescaped text of an escaped slice, with the offset in the slice that each byte comes from.</summary>
public sealed class UnescapedText
{
    private readonly ArrayBufferWriter<byte> plain = new();
    private readonly List<int> origins = [];

    /// <param name="escaped">The inside of a JSON string, which must not end within an escape.</param>
    public UnescapedText(ReadOnlySpan<byte> escaped)
    {
        EscapedLength = escaped.Length;
        for (var position = 0; position < escaped.Length;)
        {
            var start = position;
            if (escaped[position] == '\\' && position + 1 < escaped.Length)
                position += JsonText.UnescapeOne(escaped[position..], plain);
            else
                plain.Write(escaped.Slice(position++, 1));
            while (origins.Count < plain.WrittenCount)
                origins.Add(start);
        }
    }

    public int EscapedLength { get; }

    public ReadOnlySpan<byte> Plain => plain.WrittenSpan;

    /// <summary>The offset in the escaped slice of the plain byte at <paramref name="index"/>, which may be one past the last.</summary>
    public int OriginOf(int index) => index < origins.Count ? origins[index] : EscapedLength;
}
