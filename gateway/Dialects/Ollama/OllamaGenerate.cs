using System.Buffers;
using System.Text.Json;
using Dragoman.Conversation;
using Dragoman.Dialects.Requests;
using Dragoman.Locales;

namespace Dragoman.Dialects.Ollama;

/// <summary><c>POST /api/generate</c> (specs/ollama.md 2.2).</summary>
public sealed class OllamaGenerate : IInboundDialect
{
    /// <summary>The members that chat does not have.</summary>
    internal static readonly string[] Members = ["prompt", "system", "suffix", "template", "context", "images", "raw"];

    public string Name => "ollama.generate";

    public string StreamContentType => OllamaAnswer.StreamContentType;

    public IErrorShape Errors => OllamaErrors.Shape;

    public ChatRequest Read(JsonElement body, RequestContext context)
    {
        var request = RequestObject.OfBody(body, ignoreCase: true, context.Work);
        var sampling = OllamaRequest.ReadSampling(request);
        var unread = OllamaRequest.FindUnread(request, Members);
        var prompt = request.String("prompt") ?? "";
        var system = request.String("system") ?? "";
        var suffix = request.String("suffix") ?? "";
        var template = request.String("template") ?? "";
        var hasContext = request.HasElements("context");
        var images = OllamaRequest.ReadImages(request);
        var raw = request.Bool("raw") ?? false;
        if (raw && (system.Length > 0 || template.Length > 0 || hasContext))
            throw GatewayException.Invalid("raw", FixedText.RawMode);

        // A template with nothing but the prompt has the same effect as raw mode.
        var isBare = template.Replace(" ", "", StringComparison.Ordinal) == "{{.Prompt}}";
        if (template.Length > 0 && !isBare)
            unread.Note("template");
        if (hasContext)
            unread.Note("context");
        if (request.Bool("truncate") == true)
            unread.Note("truncate");
        var isCompletion = prompt.Length > 0 && (raw || suffix.Length > 0 || isBare);
        var format = OllamaRequest.ReadFormat(request);
        var turns = new List<Turn>();
        if (system.Length > 0)
            turns.Add(Turn.Of(Role.System, system));
        if (prompt.Length > 0)
            turns.Add(new Turn(Role.User, [new TextPart(prompt), .. images]));

        return new ChatRequest
        {
            // A missing model is "not found" here, not "required" (specs/ollama.md 0.7).
            Model = request.String("model") ?? "",
            Family = OllamaRequest.Family,
            Client = OllamaRequest.Client,
            Stream = request.Bool("stream") ?? true,
            IncludeUsage = true,
            Turns = OllamaRequest.AskingFor(format, turns),
            Completion = isCompletion
                ? new TextCompletion(prompt, suffix.Length > 0 ? suffix : null, Echo: false)
                : null,
            Format = format,
            Reasoning = OllamaRequest.ReadThink(request),
            Sampling = sampling,
            KeepAlive = KeepAlive.Read(request),
            FamilyHints = unread.Found,
        };
    }

    public GatewayError? FindMissingCapability(ChatRequest request, ModelCapabilities capabilities)
    {
        if (capabilities.Lacks(ModelCapabilities.Completion))
            return GatewayError.Invalid("model", FixedText.NotSupportedBy(request.Model, "generate"));
        if (request.Completion?.Suffix is not null && capabilities.Lacks(ModelCapabilities.Insert))
            return GatewayError.Invalid("suffix", FixedText.NotSupportedByBare(request.Model, "insert"));
        return OllamaRequest.FindMissingThinking(request, capabilities);
    }

    public bool TryAnswerLocally(AnswerContext context, IBufferWriter<byte> output)
    {
        if (context.Request.Turns.Any(turn => turn.Role == Role.User))
            return false;
        OllamaAnswer.WriteLoaded(OllamaForm.Generate, context, output);
        return true;
    }

    public IAnswerEvents OpenStream(AnswerContext context, IBufferWriter<byte> output) => new OllamaAnswerStream(OllamaForm.Generate, context, output);

    public void WriteKeepAlive(AnswerContext context, IBufferWriter<byte> output) => OllamaAnswerStream.WriteEmptyLine(OllamaForm.Generate, context, output);

    public IPassThrough? OpenPassThrough(AnswerContext context, IBufferWriter<byte> output) => null;

    public void WriteAnswer(AnswerContext context, ChatAnswer answer, IBufferWriter<byte> output) =>
        OllamaAnswer.Write(OllamaForm.Generate, context, answer, output);
}
