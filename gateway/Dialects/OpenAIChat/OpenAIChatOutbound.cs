using System.Buffers;
using System.Text.Json;
using Dragoman.Conversation;
using Dragoman.Dialects.Answers;
using Dragoman.Dialects.ChatCompletions;
using Dragoman.Wire;

namespace Dragoman.Dialects.OpenAIChat;

/// <summary>Writes requests for OpenAI and compatible servers (specs/dialects.md 1.1, 1.6, 2).</summary>
/// <param name="server">The kind of compatible server. Null for OpenAI itself, which has newer names and rejects unknown ones.</param>
public sealed class OpenAIChatOutbound(CompatibleServer? server) : IOutboundDialect, IEmbeds, IListsModels, IAmendsCalls
{
    /// <summary>OpenAI supports all hints. Compatible servers get those that no known server rejects.</summary>
    private static readonly string[] OpenAIHints = ["user", "metadata", "service_tier", "prompt_cache_key", "store", "verbosity", "prediction"];

    private static readonly string[] CompatibleHints = ["user"];

    private const string ChatPath = "chat/completions";
    private const string TextPath = "completions";
    private const string DefaultVoice = "alloy";
    private const string DefaultAudioFormat = "wav";

    private readonly bool isOpenAI = server is null;
    private readonly StreamOptions streamOptions = new();
    private readonly OutboundTraits traits = TraitsAt(server);
    private readonly OutboundTraits withPromptLists = TraitsAt(server) with { TakesPromptLists = true };

    /// <summary>False for versions of Azure's API that are older than this name.</summary>
    public bool TakesMaxCompletionTokens { get; init; } = true;

    public string Name => "openai";

    public string ModelListPath => "models";

    public OutboundTraits TraitsOf(UpstreamModel model) => !isOpenAI || OpenAIModels.ContinuesText(model.Base) ? withPromptLists : traits;

    public UpstreamCall Write(ChatRequest request, UpstreamModel model, LossReport losses)
    {
        var upstreamModel = model.Base;
        if (server is not null)
            request = CompatibleRequest.For(server, request, losses);
        string? answerSchema = null;
        if (isOpenAI)
        {
            if (MustChat(request, upstreamModel))
                request = EmulatedCompletion.AsChat(request, losses);
            request = request with
            {
                Format = StrictSchemas.Fit(request.Format, losses, out answerSchema),
                Tools = [.. request.Tools.Select(tool => StrictSchemas.Fit(tool, losses))],
            };
        }

        var stop = request.Sampling.Stop.Where(word => word.Length > 0).ToList();
        var mostStop = !isOpenAI ? int.MaxValue : OpenAIModels.Reasons(upstreamModel) ? 0 : OpenAIModels.MostStopSequences;
        if (stop.Count > mostStop)
            losses.Emulated("stop");
        var output = request.NewBody();
        using (var writer = new Utf8JsonWriter(output, JsonText.Compact))
        {
            writer.WriteStartObject();
            writer.WriteString("model"u8, model.Name);
            if (request.Completion is { } completion)
            {
                request.DropAllButPrompt(losses);
                if (completion.FurtherPrompts.Count == 0)
                    writer.WriteText("prompt"u8, completion.Prompt);
                else
                    ToolWriter.WriteStrings(writer, "prompt", [completion.Prompt, .. completion.FurtherPrompts]);
                if (completion.Suffix is { } suffix)
                    writer.WriteText("suffix"u8, suffix);
            }
            else
            {
                OpenAIMessageWriter.Write(writer, request.Turns, server?.EchoesReasoning ?? ReasoningEcho.Never, losses);
            }

            WriteSampling(writer, request, upstreamModel, losses);
            if (stop.Take(mostStop).ToList() is { Count: > 0 } sent)
                ToolWriter.WriteStrings(writer, "stop", sent);
            if (request.Completion is null)
                WriteChatMembers(writer, request, upstreamModel, losses);
            WriteHints(writer, request, losses);
            if (request.Stream)
                streamOptions.Write(writer, model.Name);
            WriteExtensions(writer, request, losses);
            writer.WriteEndObject();
        }

        return new UpstreamCall(PathOf(request), output.WrittenMemory)
        {
            Model = model.Name,
            LocalStop = [.. stop.Skip(mostStop)],
            AnswerSchema = answerSchema,
        };
    }

    public UpstreamCall? TryPassThrough(ChatRequest request, UpstreamModel model) =>
        request.Family == OpenAIFamily.Name && request.Source is { } source && !MustRewrite(request, model)
            ? new UpstreamCall(PathOf(request), default) { Passed = OpenAIPassThroughRequest.Edit(request, source, model.Name, LimitNameOf(request, model.Base)), Model = model.Name }
            : null;

    /// <summary>OpenAI's own clients get a compatible server's text unchanged, including any reasoning inside it.</summary>
    public IAnswerReader OpenAnswer(ChatRequest request, UpstreamModel model)
    {
        var reader = new ChatCompletionReader(json => ReadError(200, json, null), request.ExpectedChoices);
        return isOpenAI || request.Completion is not null || request.Family == OpenAIFamily.Name
            ? reader
            : new FilteredAnswerReader(reader, events => new InlineReasoning(events));
    }

    public UpstreamCall? Amend(UpstreamCall call, GatewayError refusal) => call.Path is ChatPath or TextPath ? streamOptions.Amend(call, refusal) : null;

    public EmbeddingLimits EmbeddingLimits => isOpenAI ? OpenAIModels.EmbeddingLimits : EmbeddingLimits.Default;

    public UpstreamCall WriteEmbeddings(EmbeddingRequest request, UpstreamModel model, LossReport losses)
    {
        var output = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(output, JsonText.Compact))
        {
            writer.WriteStartObject();
            writer.WriteString("model"u8, model.Name);
            EmbeddingList.WriteInputs(writer, request.Inputs);
            if (request.Dimensions is { } dimensions)
                writer.WriteNumber("dimensions"u8, dimensions);
            if (request.User is { } user)
                writer.WriteString("user"u8, user);
            // Base64 is less than half as long as numbers, but not every compatible server supports it (P-59).
            writer.WriteString("encoding_format"u8, isOpenAI ? "base64"u8 : "float"u8);
            writer.WriteEndObject();
        }

        return new UpstreamCall("embeddings", output.WrittenMemory) { Model = model.Name };
    }

    public EmbeddingAnswer ReadEmbeddings(ReadOnlyMemory<byte> body) => EmbeddingList.Read(body);

    public IReadOnlyList<ListedModel> ReadModels(ReadOnlyMemory<byte> body) => ModelList.Read(body);

    public GatewayError ReadError(int status, ReadOnlySpan<byte> body, TimeSpan? retryAfter) => ErrorReader.Read(status, body, retryAfter);

    /// <summary>OpenAI downloads pictures but no documents.</summary>
    private static OutboundTraits TraitsAt(CompatibleServer? server) => new() { FetchesLink = part => part is ImagePart && server is not { TakesImageUrls: false } };

    private static string PathOf(ChatRequest request) => request.Completion is null ? ChatPath : TextPath;

    /// <summary>Whether a completion must become a chat. Compatible servers continue text with any model.</summary>
    private bool MustChat(ChatRequest request, string upstreamModel) => isOpenAI && request.Completion is not null && !OpenAIModels.ContinuesText(upstreamModel);

    /// <summary>OpenAI's reasoning models reject what older clients send (P-34), and compatible servers reject what they do not support.</summary>
    private bool MustRewrite(ChatRequest request, UpstreamModel model) => OutputLimitName.MustBeRewritten(request, LimitNameOf(request, model.Base)) || (server is null
        ? HoldsForeignState(request) || MustChat(request, model.Base)
            || request.Sampling.Stop.Count > OpenAIModels.MostStopSequences || (OpenAIModels.Reasons(model.Base) && HoldsWhatReasoningModelsRefuse(request, model.Base))
        : (request.Stream && streamOptions.IsRefusedBy(model.Name)) || CompatibleRequest.IsNeeded(server, request));

    /// <summary>The only name that the target accepts for the limit of an answer's tokens. Null when it accepts both.</summary>
    private string? LimitNameOf(ChatRequest request, string baseModel) =>
        server is null ? !TakesMaxCompletionTokens ? OutputLimitName.Older : request.Completion is null && OpenAIModels.Reasons(baseModel) ? OutputLimitName.Newer : null
        : server.TakesMaxCompletionTokens ? null
        : OutputLimitName.Older;

    /// <summary>
    /// Whether the conversation holds state of another provider's answers, which OpenAI must not see (P-22). A request that
    /// only OpenAI can read cannot be rewritten, so it does not count.
    /// </summary>
    private static bool HoldsForeignState(ChatRequest request) =>
        request.FamilyMembers.Count == 0 && request.Turns.Any(turn => turn.Parts.Any(part => part is ReasoningPart or { State: not null }));

    private static bool HoldsWhatReasoningModelsRefuse(ChatRequest request, string upstreamModel)
    {
        var sampling = request.Sampling;
        return sampling.Temperature is not (null or 1) || sampling.TopP is not null || sampling.PresencePenalty is not null || sampling.FrequencyPenalty is not null
            || sampling.Logprobs == true || sampling.LogitBias is not null || sampling.Stop.Count > 0
            || OpenAIModels.EffortOf(upstreamModel, request.Reasoning, new LossReport()) != request.Reasoning.Effort;
    }

    private void WriteSampling(Utf8JsonWriter writer, ChatRequest request, string upstreamModel, LossReport losses)
    {
        var sampling = request.Sampling;
        // Reasoning models reject these with a 400 (P-34).
        var refuses = isOpenAI && OpenAIModels.Reasons(upstreamModel);
        WriteUnless(refuses, "temperature", Within("temperature", sampling.Temperature, 0, 2));
        WriteUnless(refuses, "top_p", Within("top_p", sampling.TopP, 0, 1));
        WriteUnless(refuses, "presence_penalty", Within("presence_penalty", sampling.PresencePenalty, -2, 2));
        WriteUnless(refuses, "frequency_penalty", Within("frequency_penalty", sampling.FrequencyPenalty, -2, 2));
        WriteUnless(isOpenAI, "top_k", sampling.TopK);
        WriteUnless(isOpenAI, "min_p", sampling.MinP);
        WriteUnless(isOpenAI, server?.RepeatPenalty ?? "repeat_penalty", sampling.RepeatPenalty);
        if (sampling.Seed is { } seed)
            writer.WriteNumber("seed"u8, seed);
        if (sampling.MaxOutputTokens is { } limit)
            writer.WriteNumber(isOpenAI && TakesMaxCompletionTokens && request.Completion is null ? "max_completion_tokens"u8 : "max_tokens"u8, limit);
        if (sampling.Choices is { } count && count != 1)
            writer.WriteNumber("n"u8, count);
        if (sampling.LogitBias is { } bias)
            WriteRaw(writer, "logit_bias", bias);

        // OpenAI's ranges are known, and Ollama's clients exceed them. Compatible servers have other ranges.
        double? Within(string name, double? value, double least, double most)
        {
            if (!isOpenAI || refuses || value is not { } number || (number >= least && number <= most))
                return value;
            losses.Clamped(name);
            return Math.Clamp(number, least, most);
        }

        void WriteUnless(bool refused, string name, double? value)
        {
            if (value is not { } number)
                return;
            if (refused)
                losses.Dropped(name);
            else
                writer.WriteNumber(name, number);
        }
    }

    private void WriteChatMembers(Utf8JsonWriter writer, ChatRequest request, string upstreamModel, LossReport losses)
    {
        if (request.Sampling.Logprobs is { } logprobs)
            writer.WriteBoolean("logprobs"u8, logprobs);
        if (request.Sampling.TopLogprobs is { } topLogprobs)
            writer.WriteNumber("top_logprobs"u8, topLogprobs);
        if (request.AudioOutput is { } audio)
            WriteAudioOutput(writer, audio);
        ToolWriter.WriteTools(writer, request, named: true, required: "required", losses);
        ToolWriter.WriteFormat(writer, request.Format);
        if (server is null)
            WriteEffort(writer, OpenAIModels.EffortOf(upstreamModel, request.Reasoning with { Effort = ReasoningBudget.EffortOf(request.Reasoning) }, losses));
        else
            WriteReasoning(writer, server, request);
    }

    /// <summary>Compatible servers get reasoning members only if the client asked for a level or for no reasoning.</summary>
    private static void WriteReasoning(Utf8JsonWriter writer, CompatibleServer server, ChatRequest request)
    {
        if (!request.Reasoning.IsOff)
        {
            WriteEffort(writer, ReasoningBudget.EffortOf(request.Reasoning));
            return;
        }

        switch (server.ReasoningSwitch)
        {
            case ReasoningSwitch.EnableThinking when !Says("enable_thinking"):
                writer.WriteBoolean("enable_thinking"u8, false);
                break;
            case ReasoningSwitch.TemplateArguments when !Says("chat_template_kwargs"):
                writer.WriteStartObject("chat_template_kwargs"u8);
                writer.WriteBoolean("enable_thinking"u8, false);
                writer.WriteEndObject();
                break;
            case ReasoningSwitch.Effort:
                WriteEffort(writer, ReasoningEffort.None);
                break;
        }

        bool Says(string member) => request.Family == OpenAIFamily.Name && request.Extensions.ContainsKey(member);
    }

    private static void WriteEffort(Utf8JsonWriter writer, ReasoningEffort? effort)
    {
        if (effort is { } level)
            writer.WriteString("reasoning_effort"u8, level.ToString().ToLowerInvariant());
    }

    /// <summary>A compatible server gets all hints of an OpenAI client, because it may support them.</summary>
    private void WriteHints(Utf8JsonWriter writer, ChatRequest request, LossReport losses) =>
        HintWriter.Write(writer, request.Hints, isOpenAI || request.Family == OpenAIFamily.Name ? OpenAIHints : CompatibleHints, losses);

    private static void WriteAudioOutput(Utf8JsonWriter writer, AudioOutput audio)
    {
        writer.WriteStartArray("modalities"u8);
        writer.WriteStringValue("text"u8);
        writer.WriteStringValue("audio"u8);
        writer.WriteEndArray();
        writer.WriteStartObject("audio"u8);
        writer.WriteString("voice"u8, audio.Voice ?? DefaultVoice);
        writer.WriteString("format"u8, audio.Format ?? DefaultAudioFormat);
        writer.WriteEndObject();
    }

    private static void WriteExtensions(Utf8JsonWriter writer, ChatRequest request, LossReport losses)
    {
        foreach (var (name, json) in request.Extensions)
        {
            if (request.Family != OpenAIFamily.Name)
                losses.Dropped(name);
            else
                WriteRaw(writer, name, json);
        }
    }

    private static void WriteRaw(Utf8JsonWriter writer, string name, string json)
    {
        writer.WritePropertyName(name);
        writer.WriteRawValue(json, skipInputValidation: true);
    }
}
