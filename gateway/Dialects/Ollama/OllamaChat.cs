using System.Buffers;
using System.Text.Json;
using Dragoman.Conversation;
using Dragoman.Dialects.Requests;
using Dragoman.Locales;

namespace Dragoman.Dialects.Ollama;

/// <summary><c>POST /api/chat</c> (specs/ollama.md 2.1).</summary>
public sealed class OllamaChat : IInboundDialect
{
    public string Name => "ollama.chat";

    public string StreamContentType => OllamaAnswer.StreamContentType;

    public IErrorShape Errors => OllamaErrors.Shape;

    public ChatRequest Read(JsonElement body, RequestContext context)
    {
        var request = RequestObject.OfBody(body, ignoreCase: true, context.Work);
        var sampling = OllamaRequest.ReadSampling(request);
        var unread = OllamaRequest.FindUnread(request, "messages", "tools");
        var model = request.String("model");
        if (string.IsNullOrEmpty(model))
            throw GatewayException.Invalid("model", FixedText.ModelRequired);

        var pairing = new ToolCallPairing();
        var format = OllamaRequest.ReadFormat(request);
        var turns = new List<Turn>();
        foreach (var message in request.Objects("messages"))
            turns.Add(ReadMessage(message, pairing, unread));

        return new ChatRequest
        {
            Model = model,
            Family = OllamaRequest.Family,
            Client = OllamaRequest.Client,
            Stream = request.Bool("stream") ?? true,
            IncludeUsage = true,
            Turns = OllamaRequest.AskingFor(format, turns),
            Tools = [.. request.Objects("tools").Select(tool => ReadTool(tool, unread))],
            Format = format,
            Reasoning = OllamaRequest.ReadThink(request),
            Sampling = sampling,
            KeepAlive = KeepAlive.Read(request),
            FamilyHints = unread.Found,
            DropsOldestTurns = request.Bool("truncate") ?? true,
        };
    }

    public GatewayError? FindMissingCapability(ChatRequest request, ModelCapabilities capabilities)
    {
        if (capabilities.Lacks(ModelCapabilities.Completion))
            return GatewayError.Invalid("model", FixedText.NotSupportedBy(request.Model, "chat"));
        if (request.Tools.Count > 0 && capabilities.Lacks(ModelCapabilities.Tools))
            return GatewayError.Invalid("tools", FixedText.NotSupportedByBare(request.Model, "tools"));
        return OllamaRequest.FindMissingThinking(request, capabilities);
    }

    public bool TryAnswerLocally(AnswerContext context, IBufferWriter<byte> output)
    {
        if (context.Request.Turns.Count > 0)
            return false;
        OllamaAnswer.WriteLoaded(OllamaForm.Chat, context, output);
        return true;
    }

    public IAnswerEvents OpenStream(AnswerContext context, IBufferWriter<byte> output) => new OllamaAnswerStream(OllamaForm.Chat, context, output);

    public void WriteKeepAlive(AnswerContext context, IBufferWriter<byte> output) => OllamaAnswerStream.WriteEmptyLine(OllamaForm.Chat, context, output);

    public IPassThrough? OpenPassThrough(AnswerContext context, IBufferWriter<byte> output) => null;

    public void WriteAnswer(AnswerContext context, ChatAnswer answer, IBufferWriter<byte> output) =>
        OllamaAnswer.Write(OllamaForm.Chat, context, answer, output);

    private static Turn ReadMessage(RequestObject message, ToolCallPairing pairing, UnreadMembers unread)
    {
        var role = (message.String("role") ?? "").ToLowerInvariant();
        var content = message.String("content") ?? "";
        unread.Note(message, "messages[]", role switch
        {
            "system" => ["role", "content"],
            "assistant" => ["role", "content", "thinking", "tool_calls"],
            "tool" => ["role", "content", "images", "tool_name", "tool_call_id"],
            _ => ["role", "content", "images"],
        });
        switch (role)
        {
            case "system":
                return Turn.Of(Role.System, content);
            case "user":
                return new Turn(Role.User, [new TextPart(content), .. OllamaRequest.ReadImages(message)]);
            case "assistant":
                return new Turn(Role.Assistant, [.. ReadAssistantParts(message, content, pairing)]);
            case "tool":
                Part[] result = [new TextPart(content), .. OllamaRequest.ReadImages(message)];
                return new Turn(Role.Tool, [pairing.Result(message.String("tool_call_id"), message.String("tool_name"), result, message.Path)]);
            default:
                var field = message.FieldPath("role");
                throw GatewayException.Invalid(field, RequestText.OneOf(field, role, "system", "user", "assistant", "tool"));
        }
    }

    private static IEnumerable<Part> ReadAssistantParts(RequestObject message, string content, ToolCallPairing pairing)
    {
        if (message.String("thinking") is { Length: > 0 } thinking)
            yield return new ReasoningPart(thinking);
        if (content.Length > 0)
            yield return new TextPart(content);
        foreach (var call in message.Objects("tool_calls"))
        {
            var function = call.Object("function") ?? throw GatewayException.Invalid(call.FieldPath("function"), RequestText.Required(call.FieldPath("function")));
            var arguments = function.Find("arguments");
            if (arguments is { ValueKind: not JsonValueKind.Object } wrong)
                throw function.WrongType("arguments", RequestText.AnObject, wrong);
            yield return pairing.Call(call.String("id"), function.RequiredString("name"), arguments?.GetRawText() ?? "{}");
        }
    }

    private static ToolDefinition ReadTool(RequestObject tool, UnreadMembers unread)
    {
        var function = tool.Object("function") ?? throw GatewayException.Invalid(tool.FieldPath("function"), RequestText.Required(tool.FieldPath("function")));
        unread.Note(function, "tools[].function", "name", "description", "parameters");
        if (function.Find("parameters") is { ValueKind: not JsonValueKind.Object } wrong)
            throw function.WrongType("parameters", RequestText.ASchema, wrong);
        return new ToolDefinition(function.RequiredString("name"), function.String("description"), function.Raw("parameters")) { Field = function.FieldPath("parameters") };
    }
}
