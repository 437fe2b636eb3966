using System.Text;
using System.Text.Json;
using Dragoman.Dialects.Answers;
using Dragoman.Wire;

namespace Dragoman.Dialects.ChatCompletions;

/// <summary>
/// Assembles the tool calls of one choice from fragments, whatever the server does with indices, ids and names
/// (specs/dialects.md 3.7): an index may be missing, repeated or start at 1, an id may be empty or <c>"null"</c>,
/// a name may arrive after arguments, and several complete objects may follow each other directly.
/// </summary>
internal sealed class ToolCallAssembler(int choice, AnswerCourse course)
{
    private readonly List<Slot> slots = [];
    private readonly Dictionary<int, Slot> current = [];

    /// <summary>The last call of each of the server's ids, and of each id at an index.</summary>
    private readonly Dictionary<(string Id, int? Index), Slot> byId = [];

    private readonly HeldBack held = new();
    private int lastIndex;
    private int started;
    private int nextFreeIndex;

    public int Count => slots.Count;

    /// <summary>Whether the arguments of a call are incomplete.</summary>
    public bool HasOpenArguments => slots.Exists(slot => slot.Scanner is { HasBegun: true, IsComplete: false });

    /// <summary>Ends every call. The answer fails when a call never got a name.</summary>
    public void Finish()
    {
        foreach (var slot in slots)
        {
            if (slot.Name is null)
            {
                course.FailCallWithoutName();
                return;
            }

            course.ToolArguments(choice, slot.Number, slot.Carry.Finish());
            if (!slot.Scanner.HasBegun)
                course.ToolArguments(choice, slot.Number, "{}"u8);
            course.ToolEnd(choice, slot.Number);
        }
    }

    /// <summary>Reads an element of <c>tool_calls</c>, with the reader at its start.</summary>
    public static ToolCallPiece ReadCall(scoped ref Utf8JsonReader reader, ReadOnlySpan<byte> json, out ReadOnlySpan<byte> arguments)
    {
        int? index = null;
        string? id = null;
        string? name = null;
        arguments = default;
        while (reader.NextMember())
        {
            if (reader.ValueSpan.SequenceEqual("index"u8))
            {
                reader.Read();
                if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var number))
                    index = number;
                else
                    reader.Skip();
            }
            else if (reader.ValueSpan.SequenceEqual("id"u8))
            {
                reader.Read();
                id = ReadIdentity(ref reader);
            }
            else if (reader.ValueSpan.SequenceEqual("function"u8))
            {
                reader.Read();
                ReadFunction(ref reader, json, out name, out arguments);
            }
            else
            {
                reader.SkipValue();
            }
        }

        return new ToolCallPiece(index, id, name);
    }

    private static void ReadFunction(scoped ref Utf8JsonReader reader, ReadOnlySpan<byte> json, out string? name, out ReadOnlySpan<byte> arguments)
    {
        name = null;
        arguments = default;
        if (!reader.Enters(JsonTokenType.StartObject))
            return;
        while (reader.NextMember())
        {
            var isName = reader.ValueSpan.SequenceEqual("name"u8);
            var isArguments = reader.ValueSpan.SequenceEqual("arguments"u8);
            reader.Read();
            if (isName)
            {
                name = ReadIdentity(ref reader);
            }
            else if (isArguments && reader.TokenType == JsonTokenType.String)
            {
                arguments = reader.ValueSpan;
            }
            else if (isArguments && reader.TokenType == JsonTokenType.StartObject)
            {
                var from = (int)reader.TokenStartIndex;
                reader.Skip();
                arguments = JsonText.Escape(Encoding.UTF8.GetString(json[from..(int)reader.BytesConsumed]));
            }
            else
            {
                reader.Skip();
            }
        }
    }

    private static string? ReadIdentity(scoped ref Utf8JsonReader reader)
    {
        if (!reader.Enters(JsonTokenType.String))
            return null;

        var value = JsonText.ReadString(reader.ValueSpan);
        return value is "" or "null" ? null : value;
    }

    /// <summary>Adds the next piece of a call and the escaped arguments in it.</summary>
    public void Accept(in ToolCallPiece piece, ReadOnlySpan<byte> arguments)
    {
        var slot = Find(piece) ?? Open(piece.Index ?? nextFreeIndex);
        lastIndex = slot.Index;
        if (slot.UpstreamId is null && piece.Id is { } id)
        {
            slot.UpstreamId = id;
            KnowById(id, slot);
        }

        slot.Name ??= piece.Name;
        if (slot.IsStarted)
            EmitArguments(slot, piece.Name, arguments);
        else
            Wait(slot, arguments);
        StartReady();
    }

    /// <summary>The call that a delta continues. Null when it opens a new one.</summary>
    private Slot? Find(in ToolCallPiece piece)
    {
        var known = FindById(piece);
        if (known is not null || piece is { Index: null, Id: not null })
            return known;
        if (!current.TryGetValue(piece.Index ?? lastIndex, out var slot))
            return null;
        if (piece.Index is not null)
            return piece.Id is null || slot.UpstreamId is null ? slot : null;
        // Without an index, a name opens a call as an id does, unless it repeats the name of a call that is still open.
        var isOpen = slot.Scanner is { HasBegun: true, IsComplete: false };
        return piece.Name is null || (piece.Name == slot.Name && isOpen) ? slot : null;
    }

    private Slot? FindById(in ToolCallPiece piece) => piece.Id is { } id ? byId.GetValueOrDefault((id, piece.Index)) : null;

    private void KnowById(string id, Slot slot)
    {
        Know((id, slot.Index));
        Know((id, null));

        // A call's id may arrive late, after further calls.
        void Know((string, int?) key)
        {
            if (!byId.TryGetValue(key, out var known) || known.Number < slot.Number)
                byId[key] = slot;
        }
    }

    private Slot Open(int index)
    {
        held.AddPiece();
        var slot = new Slot(slots.Count, index);
        slots.Add(slot);
        current[index] = slot;
        nextFreeIndex = Math.Max(nextFreeIndex, index < int.MaxValue ? index + 1 : index);
        return slot;
    }

    /// <summary>Starts the calls whose names are known, in order, so that slots stay dense.</summary>
    private void StartReady()
    {
        while (started < slots.Count && slots[started].Name is { } name)
        {
            var slot = slots[started++];
            slot.IsStarted = true;
            course.ToolStart(choice, slot.UpstreamId, name);
            EmitArguments(slot, null, slot.Waiting.Bytes);
        }
    }

    /// <summary>Passes arguments on. A second object in them is another call, with the piece's name or else this call's.</summary>
    private void EmitArguments(Slot slot, string? name, ReadOnlySpan<byte> arguments)
    {
        var whole = slot.Carry.Pass(arguments);
        var length = slot.Scanner.Read(whole);
        course.ToolArguments(choice, slot.Number, whole[..length]);
        if (length == whole.Length)
            return;
        var next = Open(slot.Index);
        next.Name = name ?? slot.Name;
        Wait(next, whole[length..]);
    }

    private void Wait(Slot slot, ReadOnlySpan<byte> arguments)
    {
        held.Add(arguments.Length);
        slot.Waiting.Append(arguments);
    }

    private sealed class Slot(int number, int index)
    {
        public int Number { get; } = number;

        public int Index { get; } = index;

        public string? UpstreamId { get; set; }

        public string? Name { get; set; }

        public bool IsStarted { get; set; }

        public JsonObjectScanner Scanner { get; } = new();

        public EscapedText Waiting { get; } = new();

        public SurrogateCarry Carry { get; } = new();
    }
}

/// <summary>The members of a piece of a call, except for its arguments. Null when missing.</summary>
/// <param name="Index">The server's index.</param>
/// <param name="Id">The call's id.</param>
/// <param name="Name">The tool's name.</param>
internal readonly record struct ToolCallPiece(int? Index, string? Id, string? Name);
