using System.Buffers;

namespace Dragoman.Wire;

/// <summary>JSON objects that are sent together, each as one WebSocket message.</summary>
public sealed class MessageBatch
{
    /// <summary>Bytes. A larger buffer, grown for one large message, is dropped afterwards.</summary>
    private const int LargestKept = 64 * 1024;

    private readonly List<int> ends = [];
    private ArrayBufferWriter<byte> bytes = new(512);

    public int Count => ends.Count;

    public ReadOnlyMemory<byte> this[int index] => bytes.WrittenMemory[(index == 0 ? 0 : ends[index - 1])..ends[index]];

    /// <summary>Adds an object, with further members at its end.</summary>
    /// <param name="json">The object; white space around it is removed. Any other JSON value is added as it is.</param>
    /// <param name="members">JSON members, each with a comma in front.</param>
    public void Add(ReadOnlySpan<byte> json, ReadOnlySpan<byte> members)
    {
        json = JsonText.Trim(json);
        if (members.IsEmpty || json.Length < 2 || json[0] != '{' || json[^1] != '}')
        {
            bytes.Write(json);
        }
        else
        {
            var isEmpty = JsonText.Trim(json[1..^1]).IsEmpty;
            bytes.Write(json[..^1]);
            bytes.Write(isEmpty ? members[1..] : members);
            bytes.Write("}"u8);
        }

        ends.Add(bytes.WrittenCount);
    }

    public void Clear()
    {
        ends.Clear();
        if (bytes.Capacity > LargestKept)
            bytes = new ArrayBufferWriter<byte>(512);
        else
            bytes.ResetWrittenCount();
    }
}
