using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Dragoman.Conversation;
using Dragoman.Dialects.Answers;
using Dragoman.Wire;

namespace Dragoman.Dialects.Anthropic.Outbound;

/// <summary>Writes requests for Anthropic's Messages API and servers that imitate it (specs/dialects.md 1.3, 2).</summary>
/// <param name="version">The <c>anthropic-version</c> to send. Clients of the same family send their own.</param>
public sealed class AnthropicOutbound(string version = AnthropicOutbound.DefaultVersion) : ICountsTokens, IListsModels, IAmendsCalls
{
    public const string DefaultVersion = "2023-06-01";

    /// <summary>The API has no sampling parameters from this version on.</summary>
    private const string FirstVersionWithoutSampling = "2026-10-21";

    /// <summary>In tokens. A longer answer may exceed the API's ten minutes for unstreamed answers, so it is streamed and collected here.</summary>
    private const int LongestUnstreamed = 21_333;

    private static readonly string[] ForwardedHeaders = ["anthropic-version", "anthropic-beta"];

    private static readonly OutboundTraits Traits = new() { ToolNames = ToolNameRule.Anthropic, FetchesLink = FetchesLink, GivesState = true, StateFamily = AnthropicFamily.Name };

    private readonly bool takesNoSampling = string.CompareOrdinal(version, FirstVersionWithoutSampling) >= 0;

    public string Name => "anthropic";

    public string ModelListPath => "models?limit=1000";

    public OutboundTraits TraitsOf(UpstreamModel model) => Traits;

    public UpstreamCall Write(ChatRequest request, UpstreamModel model, LossReport losses) => Write(request, model, losses, counts: false);

    public UpstreamCall? TryPassThrough(ChatRequest request, UpstreamModel model)
    {
        if (!PassesThrough(request))
            return null;
        var source = request.Source!;
        return Pass("messages", AnthropicHistory.MayHoldForeignThinking(source.Json.Span) ? WithoutForeignThinking(source) : source, request, model.Name);
    }

    public IAnswerReader OpenAnswer(ChatRequest request, UpstreamModel model) => new AnthropicAnswerReader(
        model.Base,
        answersByTool: !PassesThrough(request) && AnthropicFormat.IsAnsweredByTool(request, AnthropicModel.Of(model.Base)));

    /// <summary>Anthropic fetches pictures and documents over HTTPS. The gateway downloads other links.</summary>
    private static bool FetchesLink(Part part) => part switch
    {
        ImagePart { Source: LinkedMedia link } => IsSafe(link),
        DocumentPart { Source: LinkedMedia link } => IsSafe(link),
        _ => false,
    };

    public UpstreamCall WriteTokenCount(ChatRequest request, UpstreamModel model, LossReport losses) =>
        request is { Family: AnthropicFamily.Name, Source: { } source }
            ? Pass("messages/count_tokens", WithoutForeignThinking(source), request, model.Name)
            : Write(request, model, losses, counts: true);

    public long ReadTokenCount(ReadOnlyMemory<byte> body) => TokenCountReader.Read(body, "input_tokens"u8);

    /// <summary>When the provider rejects the signature of a thinking block, the call is repeated without the thinking (P-18).</summary>
    public UpstreamCall? Amend(UpstreamCall call, GatewayError refusal) =>
        refusal.Kind == ErrorKind.InvalidRequest
        && refusal.Message.Contains("signature", StringComparison.OrdinalIgnoreCase)
        && refusal.Message.Contains("thinking", StringComparison.OrdinalIgnoreCase)
        && AnthropicHistory.WithoutThinking(call.Body, _ => true) is { } body
            ? call with { Body = body }
            : null;

    public IReadOnlyList<ListedModel> ReadModels(ReadOnlyMemory<byte> body) => AnthropicModelList.Read(body);

    public GatewayError ReadError(int status, ReadOnlySpan<byte> body, TimeSpan? retryAfter) => AnthropicErrorReader.Read(status, body, retryAfter);

    private static bool IsSafe(LinkedMedia link) => link.Url.StartsWith("https://", StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// Requests of Anthropic's own clients are passed through unchanged. A request with sealed thinking is written anew,
    /// which restores the provider's own thinking, unless it holds members that the canonical model lacks.
    /// </summary>
    private static bool PassesThrough(ChatRequest request) =>
        request is { Family: AnthropicFamily.Name, Source: { } source }
        && (request.FamilyMembers.Count > 0 || !AnthropicHistory.MayHoldForeignThinking(source.Json.Span));

    private static JsonMembers WithoutForeignThinking(JsonMembers source) =>
        AnthropicHistory.WithoutThinking(source.Json, AnthropicHistory.IsForeign) is { } rest ? JsonMembers.TryRead(rest)! : source;

    private static UpstreamCall Pass(string path, JsonMembers source, ChatRequest request, string name)
    {
        var edited = new EditedJson(source);
        edited.Set("model"u8, JsonText.Quoted(name));
        return new UpstreamCall(path, default) { Passed = edited, Model = name, Headers = HeadersOf(request) };
    }

    private static List<(string Name, string Value)> HeadersOf(ChatRequest request) => request.Family == AnthropicFamily.Name
        ? [.. request.FamilyHeaders.Where(header => ForwardedHeaders.Contains(header.Name, StringComparer.OrdinalIgnoreCase))]
        : [];

    /// <param name="request">The request to write.</param>
    /// <param name="upstreamModel">The model that it is written for.</param>
    /// <param name="losses">Records what the provider does not support.</param>
    /// <param name="counts">Whether only the prompt's tokens are to be counted.</param>
    private UpstreamCall Write(ChatRequest request, UpstreamModel upstreamModel, LossReport losses, bool counts)
    {
        AnthropicSampling.RefuseWhatIsMissing(request, losses);
        if (request.Completion is not null)
            losses.Emulated("raw completion");
        var model = AnthropicModel.Of(upstreamModel.Base);
        var conversation = AnthropicConversation.Of(request, model, upstreamModel.Base, losses);
        var thinking = AnthropicThinking.For(request, model, conversation.AllowsThinking, losses);
        var format = AnthropicFormat.For(request, model, losses);
        var tools = AnthropicTools.For(request, model, format.Means, thinking.IsOn, losses);
        if (format.Means == AnthropicFormatMeans.Native && request.Format?.Description is not null)
            losses.Dropped("response_format.description");
        AddInstructions(conversation, request, format, tools);
        var marks = new AnthropicCacheMarks(request.Tools, conversation, losses);
        var isStreamed = request.Stream || thinking.Limit > LongestUnstreamed;
        var output = request.NewBody();
        using (var writer = new Utf8JsonWriter(output, JsonText.Compact))
        {
            writer.WriteStartObject();
            writer.WriteString("model"u8, upstreamModel.Name);
            if (!counts)
                writer.WriteNumber("max_tokens"u8, thinking.Limit);
            var blocks = new AnthropicBlockWriter(writer, marks, losses);
            blocks.WriteSystem(conversation.System);
            blocks.WriteMessages(conversation.Messages);
            tools.Write(writer, marks);
            thinking.Write(writer);
            WriteOutput(writer, format, thinking);
            if (!counts)
                WriteRest(writer, request, model, thinking, losses);
            if (!counts && isStreamed)
                writer.WriteBoolean("stream"u8, true);
            WriteExtensions(writer, request, losses);
            writer.WriteEndObject();
        }

        return new UpstreamCall(counts ? "messages/count_tokens" : "messages", output.WrittenMemory)
        {
            Model = upstreamModel.Name,
            Headers = HeadersOf(request),
            // Anthropic rejects a stop sequence of white space alone (P-52).
            LocalStop = [.. request.Sampling.Stop.Where(word => word.Length > 0 && string.IsNullOrWhiteSpace(word))],
            AnswerSchema = format.AnswerSchema,
        };
    }

    private static void AddInstructions(AnthropicConversation conversation, ChatRequest request, AnthropicFormat format, AnthropicTools tools)
    {
        if (format.Means == AnthropicFormatMeans.Instruction)
            conversation.System.Add(new TextPart(AnthropicFormat.InstructionFor(request.Format!)));
        if (tools.Instruction is { } instruction)
            conversation.System.Add(new TextPart(instruction));
    }

    private static void WriteOutput(Utf8JsonWriter writer, AnthropicFormat format, AnthropicThinking thinking)
    {
        if (thinking.Effort is null && format.NativeSchema is null)
            return;
        writer.WriteStartObject("output_config"u8);
        if (thinking.Effort is { } effort)
            writer.WriteString("effort"u8, effort);
        if (format.NativeSchema is { } schema)
        {
            writer.WriteStartObject("format"u8);
            writer.WriteString("type"u8, "json_schema"u8);
            writer.WritePropertyName("schema"u8);
            writer.WriteRawValue(schema, skipInputValidation: true);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }

    private void WriteRest(Utf8JsonWriter writer, ChatRequest request, AnthropicModel model, AnthropicThinking thinking, LossReport losses)
    {
        AnthropicSampling.Write(writer, request.Sampling, model, takesNoSampling, thinking.IsOn, losses);
        var stop = request.Sampling.Stop.Where(word => !string.IsNullOrWhiteSpace(word)).ToList();
        if (stop.Count > 0)
        {
            writer.WriteStartArray("stop_sequences"u8);
            foreach (var word in stop)
                writer.WriteStringValue(word);
            writer.WriteEndArray();
        }

        if (request.Sampling.Stop.Any(word => word.Length > 0 && string.IsNullOrWhiteSpace(word)))
            losses.Emulated("stop");
        WriteHints(writer, request.Hints, losses);
    }

    private static void WriteHints(Utf8JsonWriter writer, RequestHints hints, LossReport losses)
    {
        if (hints.User is { Length: > 0 } user)
        {
            writer.WriteStartObject("metadata"u8);
            // Clients put e-mail addresses there, which Anthropic asks not to receive.
            writer.WriteString("user_id"u8, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(user))));
            writer.WriteEndObject();
        }

        var tier = hints.ServiceTier switch
        {
            "auto" or "priority" => "auto",
            "default" or "standard_only" => "standard_only",
            _ => null,
        };
        if (tier is not null)
            writer.WriteString("service_tier"u8, tier);
        foreach (var name in hints.SetMembers().Where(name => name != "user" && (name != "service_tier" || tier is null)))
            losses.Dropped(name);
    }

    private static void WriteExtensions(Utf8JsonWriter writer, ChatRequest request, LossReport losses)
    {
        foreach (var (name, json) in request.Extensions)
        {
            if (request.Family != AnthropicFamily.Name)
            {
                losses.Dropped(name);
                continue;
            }

            writer.WritePropertyName(name);
            writer.WriteRawValue(json, skipInputValidation: true);
        }
    }
}
