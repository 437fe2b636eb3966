using System.Text.Json;
using Dragoman.Emulator.Api;
using Dragoman.Emulator.Behaviors;
using Dragoman.Emulator.Completions;
using Dragoman.Emulator.OpenAI.Chat;
using Dragoman.Emulator.OpenAI.Responses;

namespace Dragoman.Emulator.OpenAI;

/// <summary>OpenAI's API and the servers that use its dialect (<c>specs/dialects.md 1.1, 1.2, 1.6</c>).</summary>
internal sealed class OpenAIApi(OpenAIVariant variant, TimeProvider time) : IDialect
{
    private const string ModelPath = "/models/";

    private readonly ResponsesApi responses = new(variant, time);

    public void SetHeaders(HttpContext context) => variant.SetHeaders(context);

    public ApiError ErrorOf(Refusal refusal) => variant.ErrorOf(refusal);

    public Task HandleAsync(ApiCall call, string path) => HandleAsync(call, path, null);

    /// <param name="call">The request.</param>
    /// <param name="path">The path, beginning with a slash.</param>
    /// <param name="deployment">The model that the path names, or null.</param>
    public Task HandleAsync(ApiCall call, string path, string? deployment)
    {
        variant.Authorize(call.Context.Request);
        switch (path)
        {
            case "/chat/completions":
                call.Allow("POST");
                return ChatAsync(call, deployment);
            case "/completions":
                call.Allow("POST");
                return CompleteTextAsync(call, deployment);
            case "/embeddings":
                call.Allow("POST");
                return EmbedAsync(call, deployment);
            case "/models":
                call.Allow("GET");
                return JsonAnswer.SendAsync(call, WriteModels);
            default:
                if (ResponsesApi.Handles(path))
                    return responses.HandleAsync(call, path);
                if (!path.StartsWith(ModelPath, StringComparison.Ordinal) || path.Length == ModelPath.Length)
                    throw new RefusalException(Refusal.NotFound);
                call.Allow("GET");
                return JsonAnswer.SendAsync(call, variant.ModelOf(path[ModelPath.Length..]).Write);
        }
    }

    private async Task ChatAsync(ApiCall call, string? deployment)
    {
        var request = await call.ReadAsync(root => ChatCompletionRequest.Read(root, variant, deployment, call.BehaviorHeader));
        var (id, created) = ($"chatcmpl-{Guid.NewGuid():N}", time.GetUtcNow().ToUnixTimeSeconds());
        var answer = CompletionAnswer.For(call, request.Completion, time);
        if (request.Stream)
            await answer.StreamAsync(new ChatCompletionChunks(id, created, request, variant), call.Cancellation);
        else
            await answer.SendAsync(new GatheredBody(new ChatCompletionBody(id, created, request, variant).Write), call.Cancellation);
    }

    private async Task CompleteTextAsync(ApiCall call, string? deployment)
    {
        var request = await call.ReadAsync(root => TextCompletionRequest.Read(root, variant, deployment, call.BehaviorHeader));
        var format = new TextCompletionFormat($"cmpl-{Guid.NewGuid():N}", time.GetUtcNow().ToUnixTimeSeconds(), request, variant);
        var answer = CompletionAnswer.For(call, request.Completion, time);
        if (request.Stream)
            await answer.StreamAsync(format, call.Cancellation);
        else
            await answer.SendAsync(new GatheredBody(format.Write), call.Cancellation);
    }

    private async Task EmbedAsync(ApiCall call, string? deployment)
    {
        var request = await call.ReadAsync(root => EmbeddingsRequest.Read(root, variant, deployment, call.BehaviorHeader));
        if (await Delivery.ReachesEndAsync(call, request.Behavior, time))
            await JsonAnswer.SendAsync(call, request.WriteAnswer);
    }

    private static void WriteModels(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("object"u8, "list"u8);
        json.WriteStartArray("data"u8);
        foreach (var model in OpenAIModels.Listed)
            model.Write(json);
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
