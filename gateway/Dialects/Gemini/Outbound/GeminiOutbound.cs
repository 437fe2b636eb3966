using System.Text.Json;
using Dragoman.Conversation;
using Dragoman.Dialects.Answers;
using Dragoman.Locales;
using Dragoman.Wire;

namespace Dragoman.Dialects.Gemini.Outbound;

/// <summary>
/// Writes requests for Google's Generative Language API (specs/dialects.md 1.4). The API rejects unknown members, so only
/// documented ones are written. Everything else is rejected or reported as lost.
/// </summary>
public sealed class GeminiOutbound : ICountsTokens, IEmbeds, IListsModels
{
    private static readonly OutboundTraits Traits = new() { ToolNames = ToolNameRule.Gemini, FetchesLink = FetchesLink, GivesState = true };

    public string Name => "gemini";

    public string ModelListPath => "models?pageSize=1000";

    public EmbeddingLimits EmbeddingLimits => GeminiModel.EmbeddingLimits;

    public OutboundTraits TraitsOf(UpstreamModel model) => Traits;

    public UpstreamCall Write(ChatRequest request, UpstreamModel model, LossReport losses)
    {
        var known = GeminiModel.Of(model.Base);
        GenerationConfigWriter.RefuseWhatIsMissing(request, known);
        List<string> stop = [.. request.Sampling.Stop.Where(word => word.Length > 0)];
        List<string> localStop = stop.Count > GenerationConfigWriter.MostStopSequences ? stop[GenerationConfigWriter.MostStopSequences..] : [];
        if (localStop.Count > 0)
            losses.Emulated("stop");
        var output = request.NewBody();
        string? uncheckedSchema;
        using (var writer = new Utf8JsonWriter(output, JsonText.Compact))
        {
            writer.WriteStartObject();
            WritePrompt(writer, request, model.Base, losses);
            uncheckedSchema = new GenerationConfigWriter(writer, request, known, losses).Write(stop[..(stop.Count - localStop.Count)]);
            WriteHints(writer, request, losses);
            writer.WriteEndObject();
        }

        return new UpstreamCall(PathOf(model.Name, request.Stream ? "streamGenerateContent?alt=sse" : "generateContent"), output.WrittenMemory)
        {
            LocalStop = localStop,
            AnswerSchema = uncheckedSchema,
        };
    }

    public IAnswerReader OpenAnswer(ChatRequest request, UpstreamModel model) =>
        new GeminiAnswerReader(model.Base, request.Sampling.Choices ?? 1, onlyFirstCall: request.ParallelToolCalls == false);

    public UpstreamCall WriteTokenCount(ChatRequest request, UpstreamModel model, LossReport losses)
    {
        var output = request.NewBody();
        using (var writer = new Utf8JsonWriter(output, JsonText.Compact))
        {
            writer.WriteStartObject();
            // Bare contents would leave out instructions and tools, which the whole request counts too (specs/dialects.md 4.2).
            writer.WriteStartObject("generateContentRequest"u8);
            writer.WriteString("model"u8, FullNameOf(model.Name));
            WritePrompt(writer, request, model.Base, losses);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        return new UpstreamCall(PathOf(model.Name, "countTokens"), output.WrittenMemory);
    }

    public long ReadTokenCount(ReadOnlyMemory<byte> body) => TokenCountReader.Read(body, "totalTokens"u8);

    public UpstreamCall WriteEmbeddings(EmbeddingRequest request, UpstreamModel model, LossReport losses)
    {
        if (request.User is not null)
            losses.Dropped("user");
        return new UpstreamCall(PathOf(model.Name, "batchEmbedContents"), GeminiEmbeddings.Write(request, FullNameOf(model.Name)));
    }

    public EmbeddingAnswer ReadEmbeddings(ReadOnlyMemory<byte> body) => GeminiEmbeddings.Read(body);

    public IReadOnlyList<ListedModel> ReadModels(ReadOnlyMemory<byte> body) => GeminiModelList.Read(body);

    public GatewayError ReadError(int status, ReadOnlySpan<byte> body, TimeSpan? retryAfter) => GeminiErrors.Read(status, body, retryAfter);

    /// <summary>Google only fetches files that it stores itself.</summary>
    private static bool FetchesLink(Part part) => part switch
    {
        ImagePart image => GeminiPartWriter.IsKept(image.Source),
        AudioPart audio => GeminiPartWriter.IsKept(audio.Source),
        DocumentPart document => GeminiPartWriter.IsKept(document.Source),
        _ => false,
    };

    private static void WritePrompt(Utf8JsonWriter writer, ChatRequest request, string upstreamModel, LossReport losses)
    {
        if (request.Completion is { } completion)
        {
            losses.Emulated("raw completion");
            if (request.Turns.Count == 0)
                request = request with { Turns = [Turn.Of(Role.User, completion.Prompt)] };
        }

        if (request.Turns.Any(turn => turn.Parts.Any(part => part.Cache is not null)) || request.Tools.Any(tool => tool.Cache is not null))
            losses.Dropped("cache_control");
        CallState.DropUnless(state => state.BelongsTo(StateKind.GeminiThoughtSignature, upstreamModel), request.Turns, losses);
        if (request.Turns.Any(turn => turn.Parts.Any(part => part is DocumentPart { FileName: not null })))
            losses.Dropped("filename");
        if (request.Format?.Description is not null)
            losses.Dropped("response_format.description");
        new GeminiPartWriter(writer, upstreamModel).Write(GeminiConversation.Of(request, GeminiModel.Of(upstreamModel), losses), losses);
        GeminiToolWriter.Write(writer, request, losses);
    }

    /// <summary>Writes the hints that the provider supports and reports the others as lost (specs/dialects.md 2.9).</summary>
    private static void WriteHints(Utf8JsonWriter writer, ChatRequest request, LossReport losses)
    {
        foreach (var hint in request.Hints.SetMembers())
        {
            if (hint == "store")
                writer.WriteBoolean("store"u8, request.Hints.Store == true);
            else if (hint != "service_tier")
                losses.Dropped(hint);
            else if (request.Hints.ServiceTier is "default" or "standard_only")
                writer.WriteString("serviceTier"u8, "standard"u8);
            else if (request.Hints.ServiceTier is "flex" or "priority")
                writer.WriteString("serviceTier"u8, request.Hints.ServiceTier);
            else if (request.Hints.ServiceTier != "auto")
                losses.Dropped(hint);
        }

        foreach (var name in request.Extensions.Keys)
            losses.Dropped(name);
    }

    private static string FullNameOf(string model) => model.Contains('/') ? model : $"models/{model}";

    /// <exception cref="GatewayException">The name cannot be part of a URL.</exception>
    private static string PathOf(string model, string method) => UpstreamName.FitsPath(model)
        ? $"{string.Join('/', FullNameOf(model).Split('/').Select(Uri.EscapeDataString))}:{method}"
        : throw new GatewayException(new GatewayError(ErrorKind.ModelNotFound, ProviderText.NoGoogleModel(model)) { Field = "model" });
}
