using Dragoman.Emulator.Api;
using Dragoman.Emulator.Completions;

namespace Dragoman.Emulator.Anthropic;

/// <summary>Anthropic's API (<c>specs/dialects.md 1.3</c>).</summary>
internal sealed class AnthropicApi(TimeProvider time) : IDialect
{
    private const string ModelPath = "/models/";
    private const string RequestIdHeader = "request-id";

    public void SetHeaders(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers[RequestIdHeader] = $"req_011{Guid.NewGuid():N}"[..28];
        headers["anthropic-organization-id"] = "00000000-0000-0000-0000-000000000000";
        foreach (var kind in (ReadOnlySpan<string>)["requests", "input-tokens", "output-tokens"])
        {
            headers[$"anthropic-ratelimit-{kind}-limit"] = "1000000";
            headers[$"anthropic-ratelimit-{kind}-remaining"] = "1000000";
            headers[$"anthropic-ratelimit-{kind}-reset"] = time.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ssZ");
        }
    }

    public ApiError ErrorOf(Refusal refusal) => AnthropicError.Of(refusal);

    public ApiError Complete(ApiError error, HttpContext context) =>
        error is AnthropicError own ? own with { RequestId = context.Response.Headers[RequestIdHeader] } : error;

    public Task HandleAsync(ApiCall call, string path)
    {
        Authorize(call.Context.Request);
        switch (path)
        {
            case "/messages":
                call.Allow("POST");
                return CreateAsync(call);
            case "/messages/count_tokens":
                call.Allow("POST");
                return CountAsync(call);
            case "/models":
                call.Allow("GET");
                return JsonAnswer.SendAsync(call, AnthropicModels.Page(call.Context.Request.Query));
            default:
                if (!path.StartsWith(ModelPath, StringComparison.Ordinal) || path.Length == ModelPath.Length)
                    throw new RefusalException(Refusal.NotFound);
                call.Allow("GET");
                return JsonAnswer.SendAsync(call, AnthropicModels.Find(path[ModelPath.Length..]).Write);
        }
    }

    private async Task CreateAsync(ApiCall call)
    {
        var request = await call.ReadAsync(root => MessagesRequest.Read(root, call.Context.Request, counts: false));
        var answer = CompletionAnswer.For(call, request.Completion, time, blocks: false);
        var message = new MessageObject(request);
        if (request.Stream)
            await answer.StreamAsync(new MessageEvents(request, message, call.Context.Response.Headers[RequestIdHeader].ToString()), call.Cancellation);
        else
            await answer.SendAsync(new GatheredBody(message.Write), call.Cancellation);
    }

    private static async Task CountAsync(ApiCall call)
    {
        var request = await call.ReadAsync(root => MessagesRequest.Read(root, call.Context.Request, counts: true));
        request.Completion.Behavior.ThrowIfRefused();
        await JsonAnswer.SendAsync(call, json =>
        {
            json.WriteStartObject();
            json.WriteNumber("input_tokens"u8, request.Cache.Total);
            json.WriteEndObject();
        });
    }

    private static void Authorize(HttpRequest request)
    {
        var key = request.Headers["x-api-key"].ToString();
        if (key.Length == 0)
            key = ApiKey.Bearer(request);
        if (key.Length == 0 || ApiKey.IsWrong(request, key))
            throw new ApiException(key.Length == 0 ? AnthropicError.NoKey : AnthropicError.WrongKey);
    }
}
