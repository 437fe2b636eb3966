using System.Buffers;

namespace Dragoman.Wire;

/// <summary>Writes several spans one after another with a single request for buffer space, which is cheaper than one request for each.</summary>
internal static class JoinedWriting
{
    public static void WriteJoined(
        this IBufferWriter<byte> output,
        ReadOnlySpan<byte> first,
        ReadOnlySpan<byte> second,
        ReadOnlySpan<byte> third,
        ReadOnlySpan<byte> fourth = default,
        ReadOnlySpan<byte> fifth = default)
    {
        var length = first.Length + second.Length + third.Length + fourth.Length + fifth.Length;
        var room = output.GetSpan(length);
        first.CopyTo(room);
        room = room[first.Length..];
        second.CopyTo(room);
        room = room[second.Length..];
        third.CopyTo(room);
        room = room[third.Length..];
        fourth.CopyTo(room);
        fifth.CopyTo(room[fourth.Length..]);
        output.Advance(length);
    }

    /// <summary>Copies bytes into the buffer and moves on behind them; for output with more parts, or with numbers between them.</summary>
    public static void Append(this ref Span<byte> room, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(room);
        room = room[bytes.Length..];
    }
}
