using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Dragoman.Wire;

namespace Dragoman.Conversation.ChatCompletions;

/// <summary>
/// Puts the tool calls of one choice together from fragments, whatever the server does with indices, ids and names
/// (specs/dialects.md 3.7): an index may be missing, repeated or start at 1, an id may be empty or <c>"null"</c>,
/// a name may come after arguments, and several whole objects may stand back to back.
/// </summary>
internal sealed class ToolCallAssembler(int choice)
{
    private readonly List<Slot> slots = [];
    private readonly Dictionary<int, Slot> current = [];
    private int lastIndex;
    private int started;

    public int Count => slots.Count;

    /// <summary>Reads a <c>tool_calls</c> array; the reader stands on its start.</summary>
    public void Read(scoped ref Utf8JsonReader reader, ReadOnlySpan<byte> json, IAnswerEvents events)
    {
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType == JsonTokenType.StartObject)
                ReadCall(ref reader, json, events);
            else
                reader.Skip();
        }
    }

    /// <summary>Ends every call; an error when one of them never got a name or its arguments are not JSON.</summary>
    public GatewayError? Finish(IAnswerEvents events)
    {
        foreach (var slot in slots)
        {
            if (slot.Name is null)
                return new GatewayError(ErrorKind.UpstreamFailed, "The provider sent a tool call without a name.");
            if (slot.IsEnded)
                continue;
            if (!slot.HasArguments)
                events.ToolArguments(choice, slot.Number, "{}"u8);
            End(slot, events);
        }

        return null;
    }

    private void ReadCall(scoped ref Utf8JsonReader reader, ReadOnlySpan<byte> json, IAnswerEvents events)
    {
        int? index = null;
        string? id = null;
        string? name = null;
        ReadOnlySpan<byte> arguments = default;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("index"u8))
            {
                reader.Read();
                if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var number))
                    index = number;
                else
                    reader.Skip();
            }
            else if (reader.ValueTextEquals("id"u8))
            {
                reader.Read();
                id = ReadIdentity(ref reader);
            }
            else if (reader.ValueTextEquals("function"u8))
            {
                reader.Read();
                ReadFunction(ref reader, json, out name, out arguments);
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        Accept(index, id, name, arguments, events);
    }

    private static void ReadFunction(scoped ref Utf8JsonReader reader, ReadOnlySpan<byte> json, out string? name, out ReadOnlySpan<byte> arguments)
    {
        name = null;
        arguments = default;
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isName = reader.ValueTextEquals("name"u8);
            var isArguments = reader.ValueTextEquals("arguments"u8);
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
        if (reader.TokenType != JsonTokenType.String)
        {
            reader.Skip();
            return null;
        }

        var value = JsonText.ReadString(reader.ValueSpan);
        return value is "" or "null" ? null : value;
    }

    private void Accept(int? givenIndex, string? id, string? name, ReadOnlySpan<byte> arguments, IAnswerEvents events)
    {
        // Without an index, a name opens a call as much as an id does: whole calls come that way.
        var opens = givenIndex is null && ((id is not null && !slots.Exists(slot => slot.Id == id)) || (id is null && name is not null));
        var index = givenIndex ?? (opens ? NextFreeIndex() : lastIndex);
        lastIndex = index;
        if (!current.TryGetValue(index, out var slot) || (id is not null && slot.Id is not null && id != slot.Id))
        {
            slot = new Slot(slots.Count);
            slots.Add(slot);
            current[index] = slot;
        }

        slot.Id ??= id;
        slot.Name ??= name;
        if (slot.IsStarted)
        {
            EmitArguments(slot, arguments, events);
            return;
        }

        slot.Waiting.Append(arguments);
        StartReady(events);
    }

    private int NextFreeIndex() => current.Count == 0 ? 0 : current.Keys.Max() + 1;

    /// <summary>Starts the calls whose names are known, in order, so that slots stay dense.</summary>
    private void StartReady(IAnswerEvents events)
    {
        while (started < slots.Count && slots[started].Name is { } name)
        {
            var slot = slots[started++];
            slot.Id ??= "call_" + RandomNumberGenerator.GetHexString(24, lowercase: true);
            slot.IsStarted = true;
            events.ToolStart(choice, slot.Number, slot.Id, name);
            EmitArguments(slot, slot.Waiting.Bytes, events);
        }
    }

    private void EmitArguments(Slot slot, ReadOnlySpan<byte> arguments, IAnswerEvents events)
    {
        var whole = slot.Carry.Pass(arguments);
        if (whole.IsEmpty)
            return;
        slot.HasArguments = true;
        events.ToolArguments(choice, slot.Number, whole);
    }

    private void End(Slot slot, IAnswerEvents events)
    {
        slot.IsEnded = true;
        events.ToolEnd(choice, slot.Number);
    }

    private sealed class Slot(int number)
    {
        public int Number { get; } = number;

        public string? Id { get; set; }

        public string? Name { get; set; }

        public bool IsStarted { get; set; }

        public bool IsEnded { get; set; }

        public bool HasArguments { get; set; }

        public EscapedText Waiting { get; } = new();

        public SurrogateCarry Carry { get; } = new();
    }
}
