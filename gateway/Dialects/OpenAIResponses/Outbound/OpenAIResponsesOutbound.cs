using System.Globalization;
using System.Text;
using System.Text.Json;
using Dragoman.Conversation;
using Dragoman.Dialects.Answers;
using Dragoman.Dialects.ChatCompletions;
using Dragoman.Locales;
using Dragoman.Wire;

namespace Dragoman.Dialects.OpenAIResponses.Outbound;

/// <summary>Writes requests for OpenAI's Responses, with <c>store: false</c> by default (specs/dialects.md 1.1, 2, 3.6).</summary>
public sealed class OpenAIResponsesOutbound : ICountsTokens, IAmendsCalls
{
    /// <summary>OpenAI rejects a lower limit with a 400.</summary>
    private const int FewestOutputTokens = 16;

    private const string Path = "responses";
    private const string CountPath = "responses/input_tokens";

    private static readonly string[] Hints = ["user", "metadata", "service_tier", "prompt_cache_key"];

    private static readonly OutboundTraits Traits = new() { FetchesLink = part => part is ImagePart or DocumentPart, GivesState = true, StateFamily = ResponsesFamily.Name };

    public string Name => "openai";

    /// <summary>Whether a call is for Responses.</summary>
    public static bool Wrote(UpstreamCall call) => call.Path is Path or CountPath;

    public OutboundTraits TraitsOf(UpstreamModel model) => Traits;

    public UpstreamCall Write(ChatRequest request, UpstreamModel model, LossReport losses)
    {
        var upstreamModel = model.Base;
        if (request.Completion is not null)
            request = EmulatedCompletion.AsChat(request, losses);
        RefuseWhatIsMissing(request);
        request = FitSchemas(request, losses, out var answerSchema);
        CacheMarks.Drop(request.Turns, losses);
        CallState.Drop(request.Turns, losses);
        var stop = request.Sampling.Stop.Where(word => word.Length > 0).ToList();
        if (stop.Count > 0)
            losses.Emulated("stop");
        var output = request.NewBody();
        using (var writer = new Utf8JsonWriter(output, JsonText.Compact))
        {
            writer.WriteStartObject();
            writer.WriteString("model"u8, model.Name);
            ResponsesInputWriter.Write(writer, request, upstreamModel, losses);
            WriteSampling(writer, request.Sampling, upstreamModel, losses);
            if (!OpenAIModels.Reasons(upstreamModel) && IncludesReasoning(request))
                losses.Dropped("include");
            ResponsesToolWriter.Write(writer, request, losses);
            WriteText(writer, request);
            WriteReasoning(writer, request, upstreamModel, losses);
            WriteHints(writer, request.Hints, losses);
            if (request.Stream)
                writer.WriteBoolean("stream"u8, true);
            WriteExtensions(writer, request, losses);
            writer.WriteEndObject();
        }

        return new UpstreamCall(Path, output.WrittenMemory)
        {
            Model = model.Name,
            LocalStop = stop,
            AnswerSchema = answerSchema,
            CanDoWithoutSummary = request.ShowsReasoning && request.Family != ResponsesFamily.Name,
        };
    }

    public UpstreamCall? Amend(UpstreamCall call, GatewayError refusal) => Wrote(call) ? ReasoningSummary.LeaveOut(call, refusal) : null;

    public UpstreamCall? TryPassThrough(ChatRequest request, UpstreamModel model) =>
        CanPass(request) && !MustRewrite(request, model.Base) ? Pass(Path, request, model.Name) : null;

    public IAnswerReader OpenAnswer(ChatRequest request, UpstreamModel model) =>
        new ResponsesReader(json => ReadError(200, json, null), model.Base);

    public UpstreamCall WriteTokenCount(ChatRequest request, UpstreamModel model, LossReport losses)
    {
        if (CanPass(request))
            return Pass(CountPath, request, model.Name);
        request = FitSchemas(request, losses, out _);
        var output = request.NewBody();
        using (var writer = new Utf8JsonWriter(output, JsonText.Compact))
        {
            writer.WriteStartObject();
            writer.WriteString("model"u8, model.Name);
            ResponsesInputWriter.Write(writer, request, model.Base, losses);
            ResponsesToolWriter.Write(writer, request, losses);
            WriteText(writer, request);
            writer.WriteEndObject();
        }

        return new UpstreamCall(CountPath, output.WrittenMemory) { Model = model.Name };
    }

    public long ReadTokenCount(ReadOnlyMemory<byte> body) => TokenCountReader.Read(body, "input_tokens"u8);

    public GatewayError ReadError(int status, ReadOnlySpan<byte> body, TimeSpan? retryAfter) => Dragoman.Dialects.ChatCompletions.ErrorReader.Read(status, body, retryAfter);

    /// <summary>A request with state in the gateway's envelope must be rewritten, because the state may be another provider's or model's.</summary>
    private static bool CanPass(ChatRequest request) =>
        request is { Family: ResponsesFamily.Name, Source: { } source } && source.Json.Span.IndexOf("\"gw1."u8) < 0;

    private static UpstreamCall Pass(string path, ChatRequest request, string name)
    {
        var edited = new EditedJson(request.Source!);
        edited.Set("model"u8, JsonText.Quoted(name));
        if (request is { IsLimited: true, Sampling.MaxOutputTokens: { } limit })
        {
            var value = Encoding.ASCII.GetBytes(limit.ToString(CultureInfo.InvariantCulture));
            // What is there is no limit, such as null.
            if (!edited.Set("max_output_tokens"u8, value))
                edited.Add((byte[])[.. "\"max_output_tokens\":"u8, .. value]);
        }

        return new UpstreamCall(path, default) { Passed = edited, Model = name };
    }

    /// <summary>
    /// Reasoning models and other models reject each other's parameters (P-34, P-36), and clients do not know which kind a
    /// published name stands for. A request with members that only the provider can read is not rewritten.
    /// </summary>
    private static bool MustRewrite(ChatRequest request, string upstreamModel)
    {
        if (request.FamilyMembers.Count > 0)
            return false;
        if (OpenAIModels.Reasons(upstreamModel))
        {
            return request.Sampling.Temperature is not (null or 1) || request.Sampling.TopP is not null
                || OpenAIModels.EffortOf(upstreamModel, request.Reasoning, new LossReport()) != request.Reasoning.Effort;
        }

        return OpenAIModels.NeverReasons(upstreamModel)
            && (request.Reasoning != default || IncludesReasoning(request));
    }

    private static bool IncludesReasoning(ChatRequest request) =>
        request is { Family: ResponsesFamily.Name, Source: { } source }
        && source.Find("include"u8).Span.IndexOf("\"reasoning.encrypted_content\""u8) >= 0;

    private static ChatRequest FitSchemas(ChatRequest request, LossReport losses, out string? answerSchema) => request with
    {
        Format = StrictSchemas.Fit(request.Format, losses, out answerSchema),
        Tools = [.. request.Tools.Select(tool => StrictSchemas.Fit(tool, losses))],
    };

    private static void RefuseWhatIsMissing(ChatRequest request)
    {
        if (request.Sampling.Choices > 1)
            throw GatewayException.Invalid("n", TargetText.OneAnswer);
        if (request.Sampling.LogitBias is not null)
            throw GatewayException.Invalid("logit_bias", TargetText.NotSupportedByModel("logit_bias"));
        if (request.AudioOutput is not null)
            throw GatewayException.Invalid("audio", TargetText.DoesNotSpeak);
    }

    private static void WriteSampling(Utf8JsonWriter writer, Sampling sampling, string model, LossReport losses)
    {
        var refuses = OpenAIModels.Reasons(model);
        Write("temperature", sampling.Temperature, 2);
        Write("top_p", sampling.TopP, 1);
        Drop("top_k", sampling.TopK is not null);
        Drop("min_p", sampling.MinP is not null);
        Drop("repeat_penalty", sampling.RepeatPenalty is not null);
        Drop("presence_penalty", sampling.PresencePenalty is not null);
        Drop("frequency_penalty", sampling.FrequencyPenalty is not null);
        Drop("seed", sampling.Seed is not null);
        if (sampling.MaxOutputTokens is { } limit)
        {
            if (limit < FewestOutputTokens)
                losses.Clamped("max_output_tokens");
            writer.WriteNumber("max_output_tokens"u8, Math.Max(limit, FewestOutputTokens));
        }

        if (sampling is { Logprobs: true, TopLogprobs: { } count })
            writer.WriteNumber("top_logprobs"u8, count);
        WriteInclude(writer, sampling.Logprobs == true, refuses);

        void Write(string name, double? value, double most)
        {
            if (value is not { } number)
                return;
            if (refuses)
            {
                losses.Dropped(name);
                return;
            }

            if (number < 0 || number > most)
                losses.Clamped(name);
            writer.WriteNumber(name, Math.Clamp(number, 0, most));
        }

        void Drop(string name, bool isSet)
        {
            if (isSet)
                losses.Dropped(name);
        }
    }

    /// <summary>Only reasoning models can include reasoning. Other models reject the value (P-36).</summary>
    private static void WriteInclude(Utf8JsonWriter writer, bool logprobs, bool reasons)
    {
        if (!logprobs && !reasons)
            return;
        writer.WriteStartArray("include"u8);
        if (reasons)
            writer.WriteStringValue("reasoning.encrypted_content"u8);
        if (logprobs)
            writer.WriteStringValue("message.output_text.logprobs"u8);
        writer.WriteEndArray();
    }

    private static void WriteText(Utf8JsonWriter writer, ChatRequest request)
    {
        if (request.Format is null && request.Hints.Verbosity is null)
            return;
        writer.WriteStartObject("text"u8);
        if (request.Format is { } format)
        {
            writer.WriteStartObject("format"u8);
            writer.WriteString("type"u8, format.Kind switch
            {
                OutputFormatKind.JsonObject => "json_object",
                OutputFormatKind.JsonSchema => "json_schema",
                _ => "text",
            });
            if (format.Kind == OutputFormatKind.JsonSchema)
                ToolWriter.WriteSchema(writer, format);
            writer.WriteEndObject();
        }

        if (request.Hints.Verbosity is { } verbosity)
            writer.WriteString("verbosity"u8, verbosity);
        writer.WriteEndObject();
    }

    private static void WriteReasoning(Utf8JsonWriter writer, ChatRequest request, string model, LossReport losses)
    {
        var effort = OpenAIModels.EffortOf(model, request.Reasoning with { Effort = ReasoningBudget.EffortOf(request.Reasoning) }, losses);
        var wantsSummary = request.ShowsReasoning && OpenAIModels.Reasons(model);
        if (effort is null && !wantsSummary)
            return;
        writer.WriteStartObject("reasoning"u8);
        if (effort is { } level)
            writer.WriteString("effort"u8, level.ToString().ToLowerInvariant());
        if (wantsSummary)
            writer.WriteString("summary"u8, "auto"u8);
        writer.WriteEndObject();
    }

    private static void WriteHints(Utf8JsonWriter writer, RequestHints hints, LossReport losses)
    {
        HintWriter.Write(writer, hints with { Store = null, Verbosity = null }, Hints, losses);
        // OpenAI's default is to store.
        writer.WriteBoolean("store"u8, hints.Store ?? false);
    }

    private static void WriteExtensions(Utf8JsonWriter writer, ChatRequest request, LossReport losses)
    {
        foreach (var (name, json) in request.Extensions)
        {
            if (request.Family != ResponsesFamily.Name || name == "include")
            {
                losses.Dropped(name);
                continue;
            }

            writer.WritePropertyName(name);
            writer.WriteRawValue(json, skipInputValidation: true);
        }
    }
}
