using System.Buffers;
using System.Text.Json;
using Dragoman.Conversation;
using Dragoman.Dialects.ChatCompletions;
using Dragoman.Locales;
using Dragoman.Wire;

namespace Dragoman.Dialects.Mistral;

/// <summary>
/// Writes requests for Mistral (specs/dialects.md 1.5). The API rejects unknown members, so only documented ones are
/// written. Everything else is rejected or reported as lost.
/// </summary>
public sealed class MistralOutbound : IOutboundDialect, IEmbeds, IListsModels
{
    private const double HottestTemperature = 1.5;

    /// <summary>OpenAI's members that Mistral has with the same name and meaning.</summary>
    private static readonly string[] SharedHints = ["metadata", "prediction", "prompt_cache_key"];

    /// <summary>The members for several answers, which exclude a prediction (specs/dialects.md 2.9).</summary>
    private static readonly string[] SharedHintsOfOne = ["metadata", "prompt_cache_key"];

    public string Name => "mistral";

    public string ModelListPath => "models";

    public OutboundTraits TraitsOf(UpstreamModel model) => OutboundTraits.Default;

    public UpstreamCall Write(ChatRequest request, UpstreamModel model, LossReport losses)
    {
        RefuseWhatIsMissing(request, losses);
        // Mistral continues bare text only as fill-in-the-middle (specs/dialects.md 2.18).
        var fillsIn = request.Completion?.Suffix is not null;
        var output = request.NewBody();
        using (var writer = new Utf8JsonWriter(output, JsonText.Compact))
        {
            writer.WriteStartObject();
            writer.WriteString("model"u8, model.Name);
            if (fillsIn)
            {
                request.DropAllButPrompt(losses);
                writer.WriteText("prompt"u8, request.Completion!.Prompt);
                writer.WriteText("suffix"u8, request.Completion.Suffix);
            }
            else
            {
                if (request.Completion is not null)
                    losses.Emulated("raw completion");
                MistralMessageWriter.Write(writer, request.Turns, losses);
            }

            WriteSampling(writer, request.Sampling, fillsIn, losses);
            if (fillsIn)
                DropChatMembers(request, losses);
            else
                WriteChatMembers(writer, request, model.Base, losses);
            if (request.Stream)
                writer.WriteBoolean("stream"u8, true);
            writer.WriteEndObject();
        }

        return new UpstreamCall(fillsIn ? "fim/completions" : "chat/completions", output.WrittenMemory);
    }

    public IAnswerReader OpenAnswer(ChatRequest request, UpstreamModel model) =>
        new ChatCompletionReader(json => ReadError(200, json, null), request.Sampling.Choices ?? 1);

    public EmbeddingLimits EmbeddingLimits => MistralModels.EmbeddingLimits;

    public UpstreamCall WriteEmbeddings(EmbeddingRequest request, UpstreamModel model, LossReport losses)
    {
        if (request.User is not null)
            losses.Dropped("user");
        var output = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(output, JsonText.Compact))
        {
            writer.WriteStartObject();
            writer.WriteString("model"u8, model.Name);
            EmbeddingList.WriteInputs(writer, request.Inputs);
            if (request.Dimensions is { } dimensions)
                writer.WriteNumber("output_dimension"u8, dimensions);
            writer.WriteEndObject();
        }

        return new UpstreamCall("embeddings", output.WrittenMemory);
    }

    public EmbeddingAnswer ReadEmbeddings(ReadOnlyMemory<byte> body) => EmbeddingList.Read(body);

    public IReadOnlyList<ListedModel> ReadModels(ReadOnlyMemory<byte> body) => ModelList.Read(body);

    public GatewayError ReadError(int status, ReadOnlySpan<byte> body, TimeSpan? retryAfter) => ErrorReader.Read(status, body, retryAfter);

    private static void RefuseWhatIsMissing(ChatRequest request, LossReport losses)
    {
        if (request.Sampling.LogitBias is not null)
            throw Missing("logit_bias");
        if (request.Completion?.Suffix is not null && request.Sampling.Choices > 1)
            throw Missing("n");
        if (request.Sampling.Logprobs == true || request.Sampling.TopLogprobs > 0)
        {
            if (request.Client.ToleratesMissingLogprobs)
                losses.Dropped("logprobs");
            else
                throw Missing("logprobs");
        }

        if (request.AudioOutput is not null)
            throw Missing("modalities");

        static GatewayException Missing(string field) => GatewayException.Invalid(field, TargetText.NotSupported(field, "mistral"));
    }

    private static void WriteSampling(Utf8JsonWriter writer, Sampling sampling, bool fillsIn, LossReport losses)
    {
        WriteWithin("temperature", sampling.Temperature, 0, HottestTemperature);
        // With greedy sampling Mistral accepts no value but 1.
        if (sampling.Temperature <= 0 && sampling.TopP is not (null or 1))
            losses.Dropped("top_p");
        else
            WriteWithin("top_p", sampling.TopP, 0, 1);

        if (sampling.MaxOutputTokens is { } limit)
            writer.WriteNumber("max_tokens"u8, limit);
        if (sampling.Stop.Count > 0)
            ToolWriter.WriteStrings(writer, "stop", sampling.Stop);
        if (sampling.Seed is { } seed)
            writer.WriteNumber("random_seed"u8, seed);
        Drop("top_k", sampling.TopK is not null);
        Drop("min_p", sampling.MinP is not null);
        Drop("repeat_penalty", sampling.RepeatPenalty is not null);
        if (fillsIn)
        {
            Drop("presence_penalty", sampling.PresencePenalty is not null);
            Drop("frequency_penalty", sampling.FrequencyPenalty is not null);
            return;
        }

        WriteWithin("presence_penalty", sampling.PresencePenalty, -2, 2);
        WriteWithin("frequency_penalty", sampling.FrequencyPenalty, -2, 2);
        if (sampling.Choices is { } count && count != 1)
            writer.WriteNumber("n"u8, count);

        void WriteWithin(string name, double? value, double least, double most)
        {
            if (value is not { } number)
                return;
            if (number < least || number > most)
                losses.Clamped(name);
            writer.WriteNumber(name, Math.Clamp(number, least, most));
        }

        void Drop(string name, bool isSet)
        {
            if (isSet)
                losses.Dropped(name);
        }
    }

    private static void WriteChatMembers(Utf8JsonWriter writer, ChatRequest request, string upstreamModel, LossReport losses)
    {
        ToolWriter.WriteTools(writer, request, named: true, required: "any", losses);
        ToolWriter.WriteFormat(writer, request.Format);
        WriteReasoning(writer, request.Reasoning, upstreamModel, losses);
        var hints = request.Hints;
        if (MistralModels.ServiceTierOf(hints.ServiceTier) is { } tier)
        {
            writer.WriteString("service_tier"u8, tier);
            hints = hints with { ServiceTier = null };
        }

        HintWriter.Write(writer, hints, request.Sampling.Choices > 1 ? SharedHintsOfOne : SharedHints, losses);
        foreach (var name in request.Extensions.Keys)
            losses.Dropped(name);
    }

    /// <summary>Fill-in-the-middle has no formats, no reasoning and no members of a chat.</summary>
    private static void DropChatMembers(ChatRequest request, LossReport losses)
    {
        if (request.Format is not null)
            losses.Dropped("format");
        if (request.Reasoning.Enabled == true)
            losses.Dropped("reasoning");
        foreach (var name in request.Hints.SetMembers().Concat(request.Extensions.Keys))
            losses.Dropped(name);
    }

    /// <summary>Mistral can only turn reasoning on or off: every level but none is sent as "high" (specs/dialects.md 2.6).</summary>
    private static void WriteReasoning(Utf8JsonWriter writer, ReasoningRequest reasoning, string upstreamModel, LossReport losses)
    {
        if (reasoning.Enabled is null)
        {
            if (reasoning.Effort is not null)
                losses.Dropped("reasoning_effort");
            return;
        }

        if (reasoning is { IsOff: false, Effort: not (null or ReasoningEffort.High) })
            losses.Clamped("reasoning_effort");
        if (MistralModels.HasPromptMode(upstreamModel))
        {
            if (reasoning.IsOff)
                losses.Dropped("reasoning off");
            else
                writer.WriteString("prompt_mode"u8, "reasoning"u8);
            return;
        }

        if (!reasoning.IsOff)
            writer.WriteString("reasoning_effort"u8, "high"u8);
        else if (MistralModels.TakesEffort(upstreamModel))
            writer.WriteString("reasoning_effort"u8, "none"u8);
    }
}
