using System.Buffers;
using System.Text.Json;
using Dragoman.Conversation;
using Dragoman.Dialects.ChatCompletions;
using Dragoman.Dialects.Requests;
using Dragoman.Locales;
using Dragoman.Wire;

namespace Dragoman.Dialects.OpenAICompletions;

/// <summary><c>POST /v1/completions</c>, OpenAI's legacy text completion (specs/dialects.md 2.18).</summary>
public sealed class OpenAICompletions : IInboundDialect
{
    /// <summary>The most characters of echoed prompts in one answer, all choices together. One prompt of the largest size fits.</summary>
    private const int MostEchoed = 64 * 1024 * 1024;

    internal static readonly string[] Known = ["model", "prompt", "suffix", "echo", "best_of", "stream", "stream_options", "logprobs"];

    public string Name => "openai.completions";

    public string StreamContentType => "text/event-stream; charset=utf-8";

    public IErrorShape Errors => OpenAIErrors.Shape;

    public ChatRequest Read(JsonElement body, RequestContext context)
    {
        var request = RequestObject.OfBody(body, work: context.Work);
        var prompts = ReadPrompts(request);
        var suffix = request.String("suffix");
        var sampling = SamplingReader.Read(request);
        if (request.Int32("best_of") is { } bestOf && bestOf != (sampling.Choices ?? 1))
            throw GatewayException.Invalid("best_of", RequestText.BestOf);
        if (request.Int32("logprobs") is > 0)
            throw GatewayException.Invalid("logprobs", RequestText.NoLogprobs);

        if (request.Bool("echo") == true && (long)(sampling.Choices ?? 1) * prompts.Sum(prompt => (long)prompt.Length) > MostEchoed)
            throw GatewayException.Invalid("echo", RequestText.EchoTooLong(MostEchoed));

        var unread = new UnreadMembers();
        if (request.Object("stream_options") is { } options)
            unread.Note(options, "stream_options", "include_usage");
        return new ChatRequest
        {
            Model = request.RequiredString("model"),
            Family = OpenAIFamily.Name,
            Client = OpenAIFamily.Client,
            Stream = request.Bool("stream") ?? false,
            IncludeUsage = request.Object("stream_options")?.Bool("include_usage") ?? false,
            Turns = [Turn.Of(Role.User, prompts[0])],
            Completion = new TextCompletion(prompts[0], string.IsNullOrEmpty(suffix) ? null : suffix, request.Bool("echo") ?? false)
            {
                FurtherPrompts = prompts.Length > 1 ? prompts[1..] : [],
            },
            Sampling = sampling,
            FamilyHints = unread.Found,
            Extensions = SamplingReader.ReadExtensions(request, Known),
        };
    }

    public GatewayError? FindMissingCapability(ChatRequest request, ModelCapabilities capabilities) =>
        request.Completion?.Suffix is not null && capabilities.Lacks(ModelCapabilities.Insert)
            ? GatewayError.Invalid("suffix", FixedText.NotSupportedByBare(request.Model, "insert"))
            : null;

    public bool TryAnswerLocally(AnswerContext context, IBufferWriter<byte> output) => false;

    public IAnswerEvents OpenStream(AnswerContext context, IBufferWriter<byte> output) => new OpenAICompletionsStream(context, output);

    public IPassThrough? OpenPassThrough(AnswerContext context, IBufferWriter<byte> output) => new CompletionPassThrough(context, output);

    public IEnumerable<(string Name, string Value)> AnswerHeaders(string requestId, RateLimits? limits) => OpenAIHeaders.Of(limits);

    public void WriteAnswer(AnswerContext context, ChatAnswer answer, IBufferWriter<byte> output)
    {
        using var writer = new Utf8JsonWriter(output, JsonText.Compact);
        writer.WriteStartObject();
        writer.WriteString("id"u8, CompletionWriter.TextId(context));
        writer.WriteString("object"u8, "text_completion"u8);
        writer.WriteNumber("created"u8, context.CreatedAt.ToUnixTimeSeconds());
        writer.WriteString("model"u8, context.Request.Model);
        writer.WriteStartArray("choices"u8);
        for (var index = 0; index < answer.Choices.Count; index++)
        {
            var choice = answer.Choices[index];
            writer.WriteStartObject();
            writer.WritePropertyName("text"u8);
            writer.WriteRawValue([(byte)'"', .. EchoOf(context, index), .. choice.Words.Bytes, (byte)'"'], skipInputValidation: true);
            writer.WriteNumber("index"u8, index);
            writer.WriteNull("logprobs"u8);
            writer.WriteString("finish_reason"u8, CompletionWriter.TextFinishReason(choice.StopReason ?? StopReason.Stop));
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        CompletionWriter.WriteUsage(writer, context, answer.Usage);
        writer.WriteEndObject();
    }

    /// <summary>The escaped prompt if the client asked for it before the answer, else empty.</summary>
    internal static byte[] EchoOf(AnswerContext context, int choice) =>
        context.Request.Completion is { Echo: true } completion ? JsonText.Escape(completion.PromptOf(choice, context.Request.Sampling.Choices ?? 1)) : [];

    private static string[] ReadPrompts(RequestObject request)
    {
        switch (request.Find("prompt"))
        {
            case null:
                throw GatewayException.Invalid("prompt", RequestText.Required("prompt"));
            case { ValueKind: JsonValueKind.String } text:
                return [JsonText.ReadString(text)];
            case { ValueKind: JsonValueKind.Array } list:
                if (list.EnumerateArray().Any(item => item.ValueKind != JsonValueKind.String))
                    throw GatewayException.Invalid("prompt", RequestText.NoTokenArrays("prompt"));
                if (list.GetArrayLength() > RequestLimits.MostPrompts)
                    throw GatewayException.Invalid("prompt", RequestText.MostTexts("prompt", RequestLimits.MostPrompts, list.GetArrayLength()));
                return list.GetArrayLength() > 0
                    ? [.. list.EnumerateArray().Select(JsonText.ReadString)]
                    : throw GatewayException.Invalid("prompt", RequestText.NoText("prompt"));
            case { } wrong:
                throw request.WrongType("prompt", RequestText.AString, wrong);
        }
    }
}
