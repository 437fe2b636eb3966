using System.Buffers;
using System.Text;

namespace Dragoman.Wire;

/// <summary>
/// The inside of a JSON string as it grows: escaped UTF-8 without quotes, copied from wire to wire. The buffer is rented:
/// a caller that calls <see cref="Release"/> after each answer allocates nothing for the next one.
/// </summary>
public sealed class EscapedText
{
    private byte[] bytes = [];

    public int Length { get; private set; }

    /// <summary>Valid until the text changes.</summary>
    public ReadOnlySpan<byte> Bytes => bytes.AsSpan(0, Length);

    public void Append(ReadOnlySpan<byte> escaped)
    {
        if (escaped.Length > bytes.Length - Length)
            Grow(escaped.Length);
        escaped.CopyTo(bytes.AsSpan(Length));
        Length += escaped.Length;
    }

    public void Clear() => Length = 0;

    /// <summary>Returns the buffer to the pool. The text is then empty and may grow again.</summary>
    public void Release()
    {
        var room = bytes;
        bytes = [];
        Length = 0;
        if (room.Length > 0)
            ArrayPool<byte>.Shared.Return(room);
    }

    /// <summary>The text, unescaped.</summary>
    public override string ToString()
    {
        var plain = new ArrayBufferWriter<byte>(Math.Max(1, Length));
        JsonText.Unescape(Bytes, plain);
        return Encoding.UTF8.GetString(plain.WrittenSpan);
    }

    private void Grow(int more)
    {
        var (room, length) = (bytes, Length);
        bytes = ArrayPool<byte>.Shared.Rent(Math.Max(checked(length + more), (int)Math.Min(2L * room.Length, Array.MaxLength)));
        room.AsSpan(0, length).CopyTo(bytes);
        if (room.Length > 0)
            ArrayPool<byte>.Shared.Return(room);
    }
}
