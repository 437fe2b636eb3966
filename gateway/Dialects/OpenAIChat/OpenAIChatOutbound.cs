using System.Buffers;
using System.Text.Json;
using Dragoman.Conversation;
using Dragoman.Conversation.ChatCompletions;
using Dragoman.Wire;

namespace Dragoman.Dialects.OpenAIChat;

/// <summary>Towards OpenAI and compatible servers (specs/dialects.md 1.1, 1.6, 2).</summary>
/// <param name="isOpenAI">Whether the server is OpenAI's own, which knows newer names and refuses unknown ones.</param>
public sealed class OpenAIChatOutbound(bool isOpenAI) : IOutboundDialect
{
    public string Name => "openai";

    public UpstreamCall Write(ChatRequest request, string upstreamModel, LossReport losses)
    {
        var output = new ArrayBufferWriter<byte>(4096);
        using (var writer = new Utf8JsonWriter(output, JsonText.Compact))
        {
            writer.WriteStartObject();
            writer.WriteString("model"u8, upstreamModel);
            if (request.Completion is { } completion)
            {
                writer.WriteString("prompt"u8, completion.Prompt);
                if (completion.Suffix is { } suffix)
                    writer.WriteString("suffix"u8, suffix);
            }
            else
            {
                OpenAIMessageWriter.Write(writer, request.Turns, losses);
            }

            WriteSampling(writer, request, upstreamModel, losses);
            if (request.Completion is null)
                WriteChatMembers(writer, request, upstreamModel);
            if (request.Stream)
            {
                writer.WriteBoolean("stream"u8, true);
                writer.WriteStartObject("stream_options"u8);
                writer.WriteBoolean("include_usage"u8, true);
                writer.WriteEndObject();
            }

            WriteExtensions(writer, request, losses);
            writer.WriteEndObject();
        }

        return new UpstreamCall(PathOf(request), output.WrittenMemory);
    }

    public UpstreamCall? TryPassThrough(ChatRequest request, string upstreamModel) =>
        request.Family == OpenAIChat.Family && !request.Source.IsEmpty && !MustRewrite(upstreamModel)
            ? new UpstreamCall(PathOf(request), OpenAIPassThroughRequest.Write(request, upstreamModel))
            : null;

    public IAnswerReader OpenAnswer(ChatRequest request) =>
        new ChatCompletionReader(json => ReadError(200, json, null), request.Sampling.Choices ?? 1);

    public EmbeddingLimits EmbeddingLimits => isOpenAI ? OpenAIModels.EmbeddingLimits : EmbeddingLimits.Default;

    public UpstreamCall WriteEmbeddings(EmbeddingRequest request, string upstreamModel, LossReport losses)
    {
        var output = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(output, JsonText.Compact))
        {
            writer.WriteStartObject();
            writer.WriteString("model"u8, upstreamModel);
            EmbeddingList.WriteInputs(writer, request.Inputs);
            if (request.Dimensions is { } dimensions)
                writer.WriteNumber("dimensions"u8, dimensions);
            if (request.User is { } user)
                writer.WriteString("user"u8, user);
            // Less than half as long as numbers, but not every compatible server knows it (P-59).
            writer.WriteString("encoding_format"u8, isOpenAI ? "base64"u8 : "float"u8);
            writer.WriteEndObject();
        }

        return new UpstreamCall("embeddings", output.WrittenMemory);
    }

    public EmbeddingAnswer ReadEmbeddings(ReadOnlyMemory<byte> body) => EmbeddingList.Read(body);

    public IReadOnlyList<ListedModel> ReadModels(ReadOnlyMemory<byte> body) => ModelList.Read(body);

    public GatewayError ReadError(int status, ReadOnlySpan<byte> body, TimeSpan? retryAfter) => ErrorReader.Read(status, body, retryAfter);

    private static string PathOf(ChatRequest request) => request.Completion is null ? "chat/completions" : "completions";

    /// <summary>OpenAI's reasoning models refuse what older clients send (P-34).</summary>
    private bool MustRewrite(string upstreamModel) => isOpenAI && OpenAIModels.Reasons(upstreamModel);

    private void WriteSampling(Utf8JsonWriter writer, ChatRequest request, string upstreamModel, LossReport losses)
    {
        var sampling = request.Sampling;
        // Reasoning models refuse these, with a 400 (P-34).
        var refuses = isOpenAI && OpenAIModels.Reasons(upstreamModel);
        WriteUnless(refuses, "temperature", Within("temperature", sampling.Temperature, 0, 2));
        WriteUnless(refuses, "top_p", Within("top_p", sampling.TopP, 0, 1));
        WriteUnless(refuses, "presence_penalty", Within("presence_penalty", sampling.PresencePenalty, -2, 2));
        WriteUnless(refuses, "frequency_penalty", Within("frequency_penalty", sampling.FrequencyPenalty, -2, 2));
        WriteUnless(isOpenAI, "top_k", sampling.TopK);
        WriteUnless(isOpenAI, "min_p", sampling.MinP);
        WriteUnless(isOpenAI, "repeat_penalty", sampling.RepeatPenalty);
        if (sampling.Seed is { } seed)
            writer.WriteNumber("seed"u8, seed);
        if (sampling.MaxOutputTokens is { } limit)
            writer.WriteNumber(isOpenAI && request.Completion is null ? "max_completion_tokens"u8 : "max_tokens"u8, limit);
        if (sampling.Choices is { } count && count != 1)
            writer.WriteNumber("n"u8, count);
        if (sampling.LogitBias is { } bias)
            WriteRaw(writer, "logit_bias", bias);
        if (sampling.Stop.Count > 0 && refuses)
            losses.Dropped("stop");
        else if (sampling.Stop.Count > 0)
            ToolWriter.WriteStrings(writer, "stop", sampling.Stop);

        // Compatible servers have ranges of their own; OpenAI's are known, and Ollama's clients go beyond them.
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

    private void WriteChatMembers(Utf8JsonWriter writer, ChatRequest request, string upstreamModel)
    {
        if (request.Sampling.Logprobs is { } logprobs)
            writer.WriteBoolean("logprobs"u8, logprobs);
        if (request.Sampling.TopLogprobs is { } topLogprobs)
            writer.WriteNumber("top_logprobs"u8, topLogprobs);
        ToolWriter.WriteTools(writer, request, named: true, required: "required");
        ToolWriter.WriteFormat(writer, request.Format);
        if (ReasoningWord(request.Reasoning, upstreamModel) is { } effort)
            writer.WriteString("reasoning_effort"u8, effort);
    }

    /// <summary>Only said to servers that know it: OpenAI's reasoning models, and compatible servers if the client asked for a level.</summary>
    private string? ReasoningWord(ReasoningRequest reasoning, string upstreamModel)
    {
        if (isOpenAI && !OpenAIModels.Reasons(upstreamModel))
            return null;
        if (reasoning.IsOff)
            return isOpenAI && OpenAIModels.LowestEffortIsMinimal(upstreamModel) ? "minimal" : "none";
        return reasoning.Effort is { } effort ? effort.ToString().ToLowerInvariant() : null;
    }

    private static void WriteExtensions(Utf8JsonWriter writer, ChatRequest request, LossReport losses)
    {
        foreach (var (name, json) in request.Extensions)
        {
            if (request.Family != OpenAIChat.Family)
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
