using Dragoman.Emulator.Api;
using Dragoman.Emulator.Completions;

namespace Dragoman.Emulator.OpenAI.Responses;

/// <summary>The paths under <c>responses</c>.</summary>
internal sealed class ResponsesApi(OpenAIVariant variant, TimeProvider time)
{
    private const string Root = "/responses";

    private readonly ResponseStore store = new();

    public static bool Handles(string path) => path == Root || path.StartsWith(Root + "/", StringComparison.Ordinal);

    public async Task HandleAsync(ApiCall call, string path)
    {
        switch (path)
        {
            case Root:
                call.Allow("POST");
                await CreateAsync(call);
                break;
            case Root + "/input_tokens":
                call.Allow("POST");
                await CountAsync(call);
                break;
            default:
                call.Allow("GET", "DELETE");
                await FindAsync(call, path[(Root.Length + 1)..]);
                break;
        }
    }

    private async Task CreateAsync(ApiCall call)
    {
        var request = await call.ReadAsync(root => ResponsesRequest.Read(root, variant, store, call.BehaviorHeader));
        var answer = CompletionAnswer.For(call, request.Completion, time);
        var response = new ResponseObject(request, store, time);
        if (request.Stream)
            await answer.StreamAsync(new ResponseEvents(request, response), call.Cancellation);
        else
            await answer.SendAsync(new GatheredBody(response.Write), call.Cancellation);
    }

    private async Task CountAsync(ApiCall call)
    {
        var request = await call.ReadAsync(root => ResponsesRequest.Read(root, variant, store, call.BehaviorHeader));
        request.Completion.Behavior.ThrowIfRefused();
        await JsonAnswer.SendAsync(call, json =>
        {
            json.WriteStartObject();
            json.WriteString("object"u8, "response.input_tokens"u8);
            json.WriteNumber("input_tokens"u8, request.Completion.PromptTokens);
            json.WriteEndObject();
        });
    }

    private Task FindAsync(ApiCall call, string id)
    {
        var isDeleted = HttpMethods.IsDelete(call.Context.Request.Method);
        var found = store.Find(id) ?? throw new ApiException(new OpenAIError(404, $"Response with id '{id}' not found."));
        if (!isDeleted)
            return JsonAnswer.SendAsync(call, json => json.WriteRawValue(found.Body, skipInputValidation: true));
        store.Remove(id);
        return JsonAnswer.SendAsync(call, json =>
        {
            json.WriteStartObject();
            json.WriteString("id"u8, id);
            json.WriteString("object"u8, "response.deleted"u8);
            json.WriteBoolean("deleted"u8, true);
            json.WriteEndObject();
        });
    }
}
