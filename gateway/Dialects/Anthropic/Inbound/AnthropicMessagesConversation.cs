using System.Text.Json;
using Dragoman.Conversation;
using Dragoman.Dialects.Requests;
using Dragoman.Locales;
using Dragoman.Wire;

namespace Dragoman.Dialects.Anthropic.Inbound;

/// <summary>
/// Reads <c>system</c> and <c>messages</c> into turns (specs/dialects.md 2.1, 2.4). A user message with tool results
/// becomes one turn for each result, followed by one turn for the rest (P-50).
/// </summary>
internal sealed class AnthropicMessagesConversation
{
    private readonly AnthropicMessagesBlocks blocks;
    private readonly ToolCallPairing pairing = new();
    private readonly Dictionary<string, string> waiting = new(StringComparer.Ordinal);
    private readonly List<Turn> turns = [];
    private Role? before;

    private AnthropicMessagesConversation(AnthropicMessagesBlocks blocks) => this.blocks = blocks;

    /// <exception cref="GatewayException">A message is malformed, or a tool call and its result do not match. The error names the member.</exception>
    public static IReadOnlyList<Turn> Read(RequestObject request, StateEnvelope envelope, string version, AnthropicMessagesFamily family)
    {
        var conversation = new AnthropicMessagesConversation(new AnthropicMessagesBlocks(envelope, family, AnthropicMessagesVersion.IsWithoutSampling(version)));
        conversation.ReadSystem(request);
        var messages = request.Objects("messages").ToList();
        if (messages.Count == 0)
            throw GatewayException.Invalid("messages", FixedText.NoAnthropicMessages);
        foreach (var message in messages)
            conversation.ReadMessage(message);
        if (conversation.before == Role.User)
            conversation.AssertAnswered();
        return conversation.turns;
    }

    private void ReadSystem(RequestObject request)
    {
        if (request.Find("system") is null)
            return;
        var parts = ReadText(request, "system");
        if (parts.Count > 0)
            turns.Add(new Turn(Role.System, parts));
    }

    private void ReadMessage(RequestObject message)
    {
        switch (message.RequiredString("role"))
        {
            case "user":
                ReadUser(message);
                before = Role.User;
                break;
            case "assistant":
                if (before == Role.User)
                    AssertAnswered();
                ReadAssistant(message);
                before = Role.Assistant;
                break;
            case "system":
                AssertAnswered();
                AddTurn(Role.System, ReadText(message, "content"), message);
                before = Role.System;
                break;
            case var role:
                throw GatewayException.Invalid(message.FieldPath("role"), RequestText.OneOf(message.FieldPath("role"), role, "user", "assistant", "system"));
        }
    }

    private void ReadUser(RequestObject message)
    {
        var results = new List<ToolResultPart>();
        var rest = new List<Part>();
        foreach (var block in Blocks(message))
        {
            if (block.RequiredString("type") == "tool_result")
                results.Add(ReadResult(block));
            else
                rest.AddRange(blocks.ReadUser(block));
        }

        if (Text(message) is { } text)
            rest.Add(new TextPart(text));
        turns.AddRange(results.Select(result => new Turn(Role.Tool, [result])));
        if (rest.Count > 0 || results.Count == 0)
            AddTurn(Role.User, rest, message);
    }

    private ToolResultPart ReadResult(RequestObject block)
    {
        var id = block.RequiredString("tool_use_id");
        var content = block.Find("content") is { ValueKind: JsonValueKind.String } text
            ? [new TextPart(JsonText.ReadString(text))]
            : block.Objects("content").SelectMany(blocks.ReadUser).ToList();
        var result = pairing.ResultOf(id, content, block.FieldPath("tool_use_id"));
        waiting.Remove(id);
        return result with { IsError = block.Bool("is_error") ?? false, Cache = AnthropicMessagesTools.ReadCache(block) };
    }

    private void ReadAssistant(RequestObject message)
    {
        var parts = new List<Part>();
        if (Text(message) is { } text)
            parts.Add(new TextPart(text));
        foreach (var block in Blocks(message))
        {
            if (block.RequiredString("type") == "tool_use")
                parts.Add(ReadCall(block));
            else
                parts.AddRange(blocks.ReadAssistant(block));
        }

        AddTurn(Role.Assistant, parts, message);
    }

    private ToolCallPart ReadCall(RequestObject block)
    {
        var id = block.RequiredString("id");
        var field = block.FieldPath("id");
        if (id.Length == 0)
            throw GatewayException.Invalid(field, RequestText.NotEmpty(field));
        if (!waiting.TryAdd(id, field))
            throw GatewayException.Invalid(field, RequestText.KnownId(field, id));
        if (block.Object("input") is null)
            throw GatewayException.Invalid(block.FieldPath("input"), RequestText.Required(block.FieldPath("input")));
        return pairing.Call(id, block.RequiredString("name"), block.Raw("input")!) with { Cache = AnthropicMessagesTools.ReadCache(block) };
    }

    /// <summary>Reads content that must be text: a string or text blocks.</summary>
    private List<Part> ReadText(RequestObject owner, string name)
    {
        if (owner.Find(name) is { ValueKind: JsonValueKind.String } text)
            return JsonText.ReadString(text) is { Length: > 0 } words ? [new TextPart(words)] : [];
        var parts = new List<Part>();
        foreach (var block in owner.Objects(name))
        {
            if (block.RequiredString("type") is not "text" and var type)
                throw GatewayException.Invalid(block.FieldPath("type"), RequestText.OneOf(block.FieldPath("type"), type, "text"));
            parts.AddRange(blocks.ReadText(block));
        }

        return parts;
    }

    private static string? Text(RequestObject message) =>
        message.Find("content") is { ValueKind: JsonValueKind.String } text && JsonText.ReadString(text) is { Length: > 0 } words ? words : null;

    private static IEnumerable<RequestObject> Blocks(RequestObject message) => message.Find("content") switch
    {
        null => throw GatewayException.Invalid(message.FieldPath("content"), RequestText.Required(message.FieldPath("content"))),
        { ValueKind: JsonValueKind.String } => [],
        { ValueKind: JsonValueKind.Array } => message.Objects("content"),
        { } wrong => throw message.WrongType("content", RequestText.StringOrBlocks, wrong),
    };

    /// <summary>An assistant message may be empty and is then left out. Any other message needs content.</summary>
    private void AddTurn(Role role, List<Part> parts, RequestObject message)
    {
        if (parts.Count == 0 && role != Role.Assistant)
            throw GatewayException.Invalid(message.FieldPath("content"), RequestText.NotEmpty(message.FieldPath("content")));
        if (parts.Count > 0)
            turns.Add(new Turn(role, parts));
    }

    private void AssertAnswered()
    {
        // Enumerating a dictionary that was once large is slow even when it is empty.
        if (waiting.Count == 0)
            return;
        foreach (var (id, field) in waiting)
            throw GatewayException.Invalid(field, RequestText.CallWithoutResult(field, id));
    }
}
