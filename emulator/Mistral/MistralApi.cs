using System.Text.Json;
using Dragoman.Emulator.Api;
using Dragoman.Emulator.Behaviors;
using Dragoman.Emulator.Completions;

namespace Dragoman.Emulator.Mistral;

/// <summary>Mistral's API (<c>specs/dialects.md 1.5</c>).</summary>
internal sealed class MistralApi(TimeProvider time) : IDialect
{
    private const string ModelPath = "/models/";

    public void SetHeaders(HttpContext context) => MistralHeaders.Set(context);

    public ApiError ErrorOf(Refusal refusal) => MistralError.Of(refusal);

    public Task HandleAsync(ApiCall call, string path)
    {
        Authorize(call.Context.Request);
        switch (path)
        {
            case "/chat/completions":
                call.Allow("POST");
                return ChatAsync(call);
            case "/fim/completions":
                call.Allow("POST");
                return FimAsync(call);
            case "/completions":
                call.Allow("POST");
                return LegacyAsync(call);
            case "/embeddings":
                call.Allow("POST");
                return EmbedAsync(call);
            case "/models":
                call.Allow("GET");
                return JsonAnswer.SendAsync(call, WriteModels);
            default:
                if (!path.StartsWith(ModelPath, StringComparison.Ordinal) || path.Length == ModelPath.Length)
                    throw new RefusalException(Refusal.NotFound);
                call.Allow("GET");
                return JsonAnswer.SendAsync(call, ModelCatalog.Find(path[ModelPath.Length..], StatusCodes.Status404NotFound).Write);
        }
    }

    private async Task ChatAsync(ApiCall call)
    {
        var (options, completion, seed) = await call.ReadAsync(root =>
        {
            var request = ChatRequest.Read(root, call.BehaviorHeader);
            return (request.Options, request.Answer(), request.Seed);
        });
        await CompleteAsync(call, options, completion, seed);
    }

    private async Task FimAsync(ApiCall call)
    {
        var (options, completion, seed) = await call.ReadAsync(root => FimRequest.Read(root, call.BehaviorHeader));
        await CompleteAsync(call, options, completion, seed);
    }

    private async Task CompleteAsync(ApiCall call, CompletionOptions options, Completion completion, ulong seed)
    {
        var (id, created) = (NewId(), time.GetUtcNow().ToUnixTimeSeconds());
        var answer = Answer(call, completion);
        if (options.Stream)
            await answer.StreamAsync(new ChatChunks(id, created, options, completion.Choices.Count, seed), call.Cancellation);
        else
            await answer.SendAsync(new ChatBody(id, created, options), call.Cancellation);
    }

    private async Task LegacyAsync(ApiCall call)
    {
        var (options, completion, usageComesLast) = await call.ReadAsync(root => LegacyRequest.Read(root, call.BehaviorHeader));
        var format = new TextCompletion($"cmpl-{NewId()}", time.GetUtcNow().ToUnixTimeSeconds(), options.RequestedModel, usageComesLast);
        var answer = Answer(call, completion);
        if (options.Stream)
            await answer.StreamAsync(format, call.Cancellation);
        else
            await answer.SendAsync(format, call.Cancellation);
    }

    private async Task EmbedAsync(ApiCall call)
    {
        var request = await call.ReadAsync(root => EmbeddingRequest.Read(root, call.BehaviorHeader));
        if (!await Delivery.ReachesEndAsync(call, request.Behavior, time))
            return;
        MistralHeaders.SetTokenCost(call.Context, request.PromptTokens);
        await JsonAnswer.SendAsync(call, json => EmbeddingAnswer.Write(json, request, NewId()));
    }

    private CompletionAnswer Answer(ApiCall call, Completion completion)
    {
        var answer = CompletionAnswer.For(call, completion, time);
        MistralHeaders.SetTokenCost(call.Context, completion.PromptTokens);
        return answer;
    }

    private static void Authorize(HttpRequest request)
    {
        if (ApiKey.Bearer(request) is var key && (key.Length == 0 || ApiKey.IsWrong(request, key)))
            throw new ApiException(MistralError.Unauthorized);
    }

    private static void WriteModels(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("object"u8, "list"u8);
        json.WriteStartArray("data"u8);
        foreach (var card in ModelCatalog.Listed)
            card.Write(json);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static string NewId() => Guid.NewGuid().ToString("N");
}
