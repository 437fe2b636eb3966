using System.Buffers;
using System.Text;

namespace Dragoman.Wire;

/// <summary>The inside of a JSON string as it grows: escaped UTF-8 without quotes, copied from wire to wire.</summary>
public sealed class EscapedText
{
    private readonly ArrayBufferWriter<byte> bytes = new();

    public int Length => bytes.WrittenCount;

    public ReadOnlySpan<byte> Bytes => bytes.WrittenSpan;

    public void Append(ReadOnlySpan<byte> escaped) => bytes.Write(escaped);

    public void Clear() => bytes.ResetWrittenCount();

    /// <summary>The text that the escapes stand for.</summary>
    public override string ToString()
    {
        var plain = new ArrayBufferWriter<byte>(Math.Max(1, Length));
        JsonText.Unescape(Bytes, plain);
        return Encoding.UTF8.GetString(plain.WrittenSpan);
    }
}
