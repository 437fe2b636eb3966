using Dragoman.Emulator.Api;
using Dragoman.Emulator.Behaviors;
using Dragoman.Emulator.Completions;

namespace Dragoman.Emulator.Gemini;

/// <summary>The Generative Language API (<c>specs/dialects.md 1.4</c>).</summary>
internal sealed class GeminiApi(TimeProvider time) : IDialect
{
    private const string Models = "/models";
    private const string StreamMethod = "streamGenerateContent";

    public void SetHeaders(HttpContext context) => context.Response.Headers["x-gemini-service-tier"] = "standard";

    public ApiError ErrorOf(Refusal refusal) => GeminiError.Of(refusal);

    public ApiError Complete(ApiError error, HttpContext context) =>
        error is GeminiError own && IsArray(context.Request) && context.Request.Path.Value!.EndsWith($":{StreamMethod}", StringComparison.Ordinal)
            ? own with { IsInArray = true }
            : error;

    public Task HandleAsync(ApiCall call, string path)
    {
        Authorize(call.Context.Request);
        if (path == Models)
        {
            call.Allow("GET");
            return JsonAnswer.SendAsync(call, GeminiModel.Page(call.Context.Request.Query));
        }

        if (!path.StartsWith(Models + "/", StringComparison.Ordinal))
            throw new RefusalException(Refusal.NotFound);
        var name = path[(Models.Length + 1)..];
        var colon = name.LastIndexOf(':');
        if (colon < 0)
        {
            call.Allow("GET");
            return JsonAnswer.SendAsync(call, GeminiModel.Find(name, "").Write);
        }

        var method = name[(colon + 1)..];
        name = name[..colon];
        call.Allow("POST");
        return method switch
        {
            "generateContent" or StreamMethod => GenerateAsync(call, GeminiModel.Find(name, method), method == StreamMethod),
            "countTokens" => CountAsync(call, GeminiModel.Find(name, method)),
            "embedContent" or "batchEmbedContents" => EmbedAsync(call, GeminiModel.Find(name, method), method == "batchEmbedContents"),
            _ => throw new RefusalException(Refusal.NotFound),
        };
    }

    private async Task GenerateAsync(ApiCall call, GeminiModel model, bool isStream)
    {
        var request = await call.ReadAsync(root => GenerateRequest.Read(root, model, call.BehaviorHeader));
        var answer = CompletionAnswer.For(call, request.Completion, time, blocks: false);
        var response = new GenerateResponse(request);
        var chunks = new GenerateChunks(request, response, IsArray(call.Context.Request));
        if (request.Completion.Behavior.Blocks && isStream)
        {
            call.Context.Response.ContentType = chunks.ContentType;
            chunks.WriteBlocked(call.Context.Response.BodyWriter);
            call.Captured?.Complete(StatusCodes.Status200OK);
            await call.Context.Response.BodyWriter.FlushAsync(call.Cancellation);
        }
        else if (request.Completion.Behavior.Blocks)
        {
            await JsonAnswer.SendAsync(call, response.WriteBlocked);
        }
        else if (isStream)
        {
            await answer.StreamAsync(chunks, call.Cancellation);
        }
        else
        {
            await answer.SendAsync(new GatheredBody(response.Write), call.Cancellation);
        }
    }

    private static async Task CountAsync(ApiCall call, GeminiModel model)
    {
        var tokens = await call.ReadAsync(root => GenerateRequest.CountTokens(root, model));
        Behavior(call, model).ThrowIfRefused();
        await JsonAnswer.SendAsync(call, json =>
        {
            json.WriteStartObject();
            json.WriteNumber("totalTokens"u8, tokens);
            json.WriteStartArray("promptTokensDetails"u8);
            json.WriteStartObject();
            json.WriteString("modality"u8, "TEXT"u8);
            json.WriteNumber("tokenCount"u8, tokens);
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    private async Task EmbedAsync(ApiCall call, GeminiModel model, bool isBatch)
    {
        var requests = await call.ReadAsync(root => isBatch ? EmbedRequest.ReadBatch(root, model.Id) : [EmbedRequest.Read(root)]);
        if (!await Delivery.ReachesEndAsync(call, Behavior(call, model), time))
            return;
        await JsonAnswer.SendAsync(call, json =>
        {
            json.WriteStartObject();
            json.WritePropertyName(isBatch ? "embeddings"u8 : "embedding"u8);
            if (isBatch)
                json.WriteStartArray();
            foreach (var request in requests)
                request.Write(json);
            if (isBatch)
                json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    private static EmulatedBehavior Behavior(ApiCall call, GeminiModel model) =>
        EmulatedBehavior.FromModelName(model.Id).WithHeader(call.BehaviorHeader);

    private static bool IsArray(HttpRequest request) => request.Query["alt"] != "sse";

    private static void Authorize(HttpRequest request)
    {
        var key = request.Headers["x-goog-api-key"].ToString();
        if (key.Length == 0)
            key = request.Query["key"].ToString();
        if (key.Length == 0)
            key = ApiKey.Bearer(request);
        if (key.Length == 0 || ApiKey.IsWrong(request, key))
            throw new ApiException(key.Length == 0 ? GeminiError.NoKey : GeminiError.WrongKey);
    }
}
