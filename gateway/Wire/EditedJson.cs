using System.Buffers;

namespace Dragoman.Wire;

/// <summary>
/// A JSON object with some of its top-level members changed and every other byte as it is. The changes are collected, so that
/// the object is written once for all of them, or is sent piece by piece without a copy.
/// </summary>
/// <param name="source">The original object.</param>
public sealed class EditedJson(JsonMembers source)
{
    private static readonly byte[] Null = [.. "null"u8];

    /// <summary>The texts that replace parts of the source, in the order of the source.</summary>
    private readonly List<(int From, int To, ReadOnlyMemory<byte> Text)> edits = [];

    private ReadOnlyMemory<byte> written;

    /// <summary>The length in bytes of the changed object.</summary>
    public int Length
    {
        get
        {
            var length = source.Length;
            foreach (var (from, to, text) in edits)
                length += text.Length - (to - from);
            return length;
        }
    }

    /// <summary>The changed object in one piece, written at the first use.</summary>
    public ReadOnlyMemory<byte> Written
    {
        get
        {
            if (written.IsEmpty)
                written = Write();
            return written;
        }
    }

    /// <summary>
    /// Replaces the value of a member. When the member is there several times, the last one gets the value and the others become
    /// null, so that a member that is sent a million times does not make the object a million times larger.
    /// </summary>
    /// <param name="name">The member's name, without escapes.</param>
    /// <param name="value">JSON.</param>
    /// <returns>False when there is no such member.</returns>
    public bool Set(ReadOnlySpan<byte> name, ReadOnlyMemory<byte> value)
    {
        var last = source.LastIndexOf(name);
        if (last < 0)
            return false;
        Put(source.ValueAt(last), value);
        for (var other = source.LastIndexOf(name, last); other >= 0; other = source.LastIndexOf(name, other))
            Put(source.ValueAt(other), Null);
        return true;
    }

    /// <summary>Adds a member in front of the others.</summary>
    /// <param name="member">JSON: a quoted name, a colon and a value.</param>
    public void Add(ReadOnlySpan<byte> member)
    {
        var inside = source.Inside;
        Put(inside..inside, source.IsEmpty ? member.ToArray() : (byte[])[.. member, (byte)',']);
    }

    /// <summary>Replaces a member, name and value, by another; of several with the name, the last one.</summary>
    /// <param name="name">The member's name, without escapes.</param>
    /// <param name="member">JSON: a quoted name, a colon and a value.</param>
    public void Replace(ReadOnlySpan<byte> name, ReadOnlyMemory<byte> member)
    {
        if (source.LastIndexOf(name) is var last and >= 0)
            Put(source.WholeAt(last), member);
    }

    /// <summary>The parts of the changed object in order: parts of the source, and the texts that replace others.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> Pieces()
    {
        var copied = 0;
        foreach (var (from, to, text) in edits)
        {
            yield return source.Json[copied..from];
            yield return text;
            copied = to;
        }

        yield return source.Json[copied..];
    }

    private void Put(Range place, ReadOnlyMemory<byte> text)
    {
        var (from, to) = (place.Start.Value, place.End.Value);
        var index = edits.FindIndex(edit => edit.From >= from);
        if (to > from && index >= 0 && edits[index] is var known && known.From == from && known.To == to)
            edits[index] = (from, to, text);
        else
            edits.Insert(index < 0 ? edits.Count : index, (from, to, text));
        written = default;
    }

    private ReadOnlyMemory<byte> Write()
    {
        var output = new ArrayBufferWriter<byte>(Math.Max(1, Length));
        foreach (var piece in Pieces())
            output.Write(piece.Span);
        return output.WrittenMemory;
    }
}
