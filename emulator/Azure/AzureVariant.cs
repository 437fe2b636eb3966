using System.Text.Json;
using Dragoman.Emulator.Api;
using Dragoman.Emulator.OpenAI;

namespace Dragoman.Emulator.Azure;

/// <summary>How Azure OpenAI differs from OpenAI (<c>specs/dialects.md 1.2</c>). A deployment has the name of its model.</summary>
internal sealed class AzureVariant : OpenAIVariant
{
    public override bool FiltersContent => true;

    public override void SetHeaders(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers["apim-request-id"] = Guid.NewGuid().ToString();
        headers["x-ms-region"] = "Emulator";
        headers["x-ratelimit-limit-requests"] = "10000";
        headers["x-ratelimit-remaining-requests"] = "10000";
        headers["x-ratelimit-limit-tokens"] = "2000000";
        headers["x-ratelimit-remaining-tokens"] = "2000000";
    }

    public override void Authorize(HttpRequest request)
    {
        var key = request.Headers["api-key"].ToString();
        if (key.Length == 0)
            key = ApiKey.Bearer(request);
        if (key.Length == 0 || ApiKey.IsWrong(request, key))
            throw new ApiException(AzureError.WrongKey);
    }

    public override OpenAIModel ModelOf(string name) => OpenAIModels.Find(name) ?? throw new ApiException(AzureError.DeploymentNotFound);

    public override ApiError ErrorOf(Refusal refusal) => refusal.Kind switch
    {
        RefusalKind.NotFound => AzureError.NotFound,
        RefusalKind.UnknownBehavior => AzureError.DeploymentNotFound with { Message = $"{AzureError.DeploymentNotFound.Message} {refusal.Message}" },
        RefusalKind.Injected or RefusalKind.Unavailable => AzureError.Injected(refusal.Status, refusal.RetryAfter),
        RefusalKind.Blocked => AzureError.Filtered,
        _ => base.ErrorOf(refusal),
    };

    public override void WriteChoice(Utf8JsonWriter json, bool hasText)
    {
        json.WriteStartObject("content_filter_results"u8);
        if (hasText)
            ContentFilter.WriteCategories(json);
        json.WriteEndObject();
    }

    public override void WritePrompt(Utf8JsonWriter json)
    {
        json.WriteStartArray("prompt_filter_results"u8);
        json.WriteStartObject();
        json.WriteNumber("prompt_index"u8, 0);
        json.WriteStartObject("content_filter_results"u8);
        ContentFilter.WriteCategories(json);
        ContentFilter.WriteJailbreak(json);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndArray();
    }
}
