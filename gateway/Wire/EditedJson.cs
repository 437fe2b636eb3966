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

    /// <summary>The texts that replace parts of the source; in its order only after <see cref="InOrder"/>.</summary>
    private readonly List<Edit> edits = [];

    private ReadOnlyMemory<byte> written;

    /// <summary>How many changes were made.</summary>
    private int changes;

    private bool areInOrder = true;

    /// <summary>The length in bytes of the changed object.</summary>
    public int Length
    {
        get
        {
            var length = source.Length;
            foreach (var edit in InOrder())
                length += edit.Text.Length - (edit.To - edit.From);
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
        foreach (var edit in InOrder())
        {
            yield return source.Json[copied..edit.From];
            yield return edit.Text;
            copied = edit.To;
        }

        yield return source.Json[copied..];
    }

    private void Put(Range place, ReadOnlyMemory<byte> text)
    {
        edits.Add(new Edit(place.Start.Value, place.End.Value, changes++, text));
        areInOrder = edits.Count == 1;
        written = default;
    }

    /// <summary>The changes in the order of the source. They are sorted once for all of them, because there may be a million.</summary>
    private List<Edit> InOrder()
    {
        if (areInOrder)
            return edits;
        edits.Sort(Edit.Compare);
        var kept = 0;
        for (var index = 0; index < edits.Count; index++)
        {
            if (kept > 0 && edits[index].Supersedes(edits[kept - 1]))
                kept--;
            edits[kept++] = edits[index];
        }

        edits.RemoveRange(kept, edits.Count - kept);
        areInOrder = true;
        return edits;
    }

    private ReadOnlyMemory<byte> Write()
    {
        var output = new ArrayBufferWriter<byte>(Math.Max(1, Length));
        foreach (var piece in Pieces())
            output.Write(piece.Span);
        return output.WrittenMemory;
    }

    /// <param name="From">The offset of the replaced part.</param>
    /// <param name="To">The offset right after the replaced part; the same as <paramref name="From"/> for an addition.</param>
    /// <param name="Number">The number of the change.</param>
    /// <param name="Text">The text instead of the part.</param>
    private readonly record struct Edit(int From, int To, int Number, ReadOnlyMemory<byte> Text)
    {
        private bool IsAddition => From == To;

        /// <summary>By place. At one place additions come first, the last one before the others, and then the replacements.</summary>
        public static int Compare(Edit one, Edit other)
        {
            if (one.From != other.From)
                return one.From.CompareTo(other.From);
            if (one.To != other.To)
                return one.To.CompareTo(other.To);
            return one.IsAddition ? other.Number.CompareTo(one.Number) : one.Number.CompareTo(other.Number);
        }

        /// <summary>Whether this is a later replacement of the same part.</summary>
        public bool Supersedes(Edit earlier) => !IsAddition && From == earlier.From && To == earlier.To;
    }
}
