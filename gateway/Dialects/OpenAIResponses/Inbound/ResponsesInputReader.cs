using System.Text.Json;
using Dragoman.Conversation;
using Dragoman.Dialects.ChatCompletions;
using Dragoman.Dialects.Requests;
using Dragoman.Locales;
using Dragoman.Wire;

namespace Dragoman.Dialects.OpenAIResponses.Inbound;

/// <summary>
/// Reads <c>input</c>, a text or a list of items, into turns. Consecutive reasoning, messages and calls of the assistant
/// form one turn, and so do consecutive results (specs/dialects.md 2.1, 2.2, 2.4).
/// </summary>
internal sealed class ResponsesInputReader
{
    private readonly StateEnvelope envelope;
    private readonly List<FamilyMember> bound;
    private readonly UnreadMembers unread;
    private readonly bool hasEarlierItems;
    private readonly ToolCallPairing pairing = new();
    private readonly List<(Role Role, List<Part> Parts)> turns = [];

    private ResponsesInputReader(StateEnvelope envelope, List<FamilyMember> bound, UnreadMembers unread, bool hasEarlierItems)
    {
        this.unread = unread;
        this.envelope = envelope;
        this.bound = bound;
        this.hasEarlierItems = hasEarlierItems;
    }

    /// <param name="request">The whole request.</param>
    /// <param name="envelope">Opens the state in reasoning items.</param>
    /// <param name="bound">Collects what only OpenAI can read.</param>
    /// <param name="unread">Collects what only OpenAI uses.</param>
    /// <exception cref="GatewayException">An item is malformed.</exception>
    public static IEnumerable<Turn> Read(RequestObject request, StateEnvelope envelope, List<FamilyMember> bound, UnreadMembers unread)
    {
        switch (request.Find("input"))
        {
            case null:
                return [];
            case { ValueKind: JsonValueKind.String } text:
                return [Turn.Of(Role.User, JsonText.ReadString(text))];
            case { ValueKind: JsonValueKind.Array }:
                var items = request.Objects("input").ToList();
                // A result in this request may belong to a call in the items that OpenAI stores.
                var hasEarlierItems = bound.Count > 0 || items.Exists(item => TypeOf(item) == "item_reference");
                var reader = new ResponsesInputReader(envelope, bound, unread, hasEarlierItems);
                items.ForEach(reader.ReadItem);
                return reader.turns.Select(turn => new Turn(turn.Role, turn.Parts));
            case { } wrong:
                throw request.WrongType("input", RequestText.StringOrItems, wrong);
        }
    }

    /// <summary>The item's type, which a message may leave out.</summary>
    private static string TypeOf(RequestObject item) => item.String("type") ?? (item.Find("role") is null ? item.RequiredString("type") : "message");

    private void ReadItem(RequestObject item)
    {
        switch (TypeOf(item))
        {
            case "message":
                ReadMessage(item);
                break;
            case "function_call":
                PartsOf(Role.Assistant).Add(pairing.Call(item.RequiredString("call_id"), item.RequiredString("name"), ArgumentsReader.Read(item)));
                break;
            case "custom_tool_call":
                PartsOf(Role.Assistant).Add(pairing.Call(item.RequiredString("call_id"), item.RequiredString("name"), FreeText.ArgumentsOf(item.RequiredString("input"))));
                break;
            case "function_call_output" or "custom_tool_call_output":
                PartsOf(Role.Tool).Add(ReadResult(item));
                break;
            case "reasoning":
                PartsOf(Role.Assistant).Add(ReadReasoning(item));
                break;
            case "item_reference":
                Needs(item.FieldPath("id"), FamilyText.KeptItem);
                break;
            case var type:
                Needs(item.FieldPath("type"), field => FamilyText.OnlyOpenAIReads(field, type));
                break;
        }
    }

    private void ReadMessage(RequestObject item)
    {
        var role = item.RequiredString("role");
        unread.Note(item, "input[]", "type", "role", "content", "id", "status");
        var speaker = role switch
        {
            "user" => Role.User,
            "assistant" => Role.Assistant,
            "system" => Role.System,
            "developer" => Role.Developer,
            _ => throw GatewayException.Invalid(item.FieldPath("role"), RequestText.OneOf(item.FieldPath("role"), role, "user", "assistant", "system", "developer")),
        };
        var parts = ReadContent(item, "content");
        if (speaker == Role.Assistant)
            PartsOf(speaker).AddRange(parts);
        else
            turns.Add((speaker, parts));
    }

    private List<Part> ReadContent(RequestObject owner, string name)
    {
        switch (owner.Find(name))
        {
            case null:
                throw GatewayException.Invalid(owner.FieldPath(name), RequestText.Required(owner.FieldPath(name)));
            case { ValueKind: JsonValueKind.String } text:
                return [new TextPart(JsonText.ReadString(text))];
            case { ValueKind: JsonValueKind.Array }:
                return [.. owner.Objects(name).Select(ReadPart).OfType<Part>()];
            case { } wrong:
                throw owner.WrongType(name, RequestText.StringOrParts, wrong);
        }
    }

    /// <summary>Null for a part that only OpenAI can read.</summary>
    private Part? ReadPart(RequestObject part)
    {
        var type = part.RequiredString("type");
        unread.Note(part, "input[].content[]", "type", "text", "refusal", "image_url", "detail", "file_id", "input_audio", "file_url", "file_data", "filename");
        switch (type)
        {
            case "input_text" or "output_text" or "text":
                return new TextPart(part.RequiredString("text"));
            case "refusal":
                return new RefusalPart(part.RequiredString("refusal"));
            case "input_image":
                return IsBound(part) ? null : new ImagePart(ReadSource(part, "image_url"), part.String("detail"));
            case "input_audio":
                var audio = part.Object("input_audio") ?? throw GatewayException.Invalid(part.FieldPath("input_audio"), RequestText.Required(part.FieldPath("input_audio")));
                var format = audio.RequiredString("format");
                return new AudioPart(new InlineMedia($"audio/{format}", MediaType.ReadBase64(audio.RequiredString("data"), audio.FieldPath("data"))), format);
            case "input_file":
                if (IsBound(part))
                    return null;
                var source = part.Find("file_url") is not null ? ReadSource(part, "file_url") : MediaType.ReadInline(part.RequiredText("file_data"), part.FieldPath("file_data"));
                return new DocumentPart(source, part.String("filename"));
            default:
                throw GatewayException.Invalid(
                    part.FieldPath("type"),
                    RequestText.OneOf(part.FieldPath("type"), type, "input_text", "input_image", "input_file", "input_audio", "output_text", "refusal"));
        }
    }

    private bool IsBound(RequestObject part)
    {
        if (part.String("file_id") is null)
            return false;
        Needs(part.FieldPath("file_id"), FamilyText.FileOfItem);
        return true;
    }

    /// <summary>Keeps only the first member, which the error names for other providers. A list of all would have no limit.</summary>
    private void Needs(string field, Func<string, Wording> text)
    {
        if (bound.Count == 0)
            bound.Add(new FamilyMember(field, text(field)));
    }

    private static MediaSource ReadSource(RequestObject part, string name)
    {
        var written = part.RequiredText(name);
        if (MediaType.IsDataUrl(written))
            return MediaType.ReadInline(written, part.FieldPath(name));
        var url = JsonText.ReadString(written);
        if (Uri.TryCreate(url, UriKind.Absolute, out var address) && address.Scheme is "http" or "https")
            return new LinkedMedia(url);
        throw GatewayException.Invalid(part.FieldPath(name), RequestText.DataOrWebUrl(part.FieldPath(name)));
    }

    private ToolResultPart ReadResult(RequestObject item)
    {
        var id = item.RequiredString("call_id");
        var content = ReadContent(item, "output");
        return hasEarlierItems ? new ToolResultPart(id, null, content, IsError: false) : pairing.ResultOf(id, content, item.FieldPath("call_id"));
    }

    private ReasoningPart ReadReasoning(RequestObject item)
    {
        var words = Texts("content");
        if (words.Length == 0)
            words = Texts("summary");
        return new ReasoningPart(words) { State = item.String("encrypted_content") is { Length: > 0 } state ? ReadState(state) : null };

        string Texts(string name) => string.Join("\n\n", item.Objects(name).Select(part => part.RequiredString("text")));
    }

    /// <summary>The gateway's own envelope names the model that made the state. Any other text is OpenAI's own state.</summary>
    private OpaqueState? ReadState(string text) =>
        StateEnvelope.IsEnvelope(text) ? envelope.Unwrap(text) : new OpaqueState(StateKind.OpenAIReasoning, "", text);

    /// <summary>The parts of the last turn if it has this role, else of a new turn.</summary>
    private List<Part> PartsOf(Role role)
    {
        if (turns.Count == 0 || turns[^1].Role != role)
            turns.Add((role, []));
        return turns[^1].Parts;
    }
}
