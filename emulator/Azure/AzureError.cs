using System.Text.Json;
using Dragoman.Emulator.Api;

namespace Dragoman.Emulator.Azure;

/// <summary>Azure's own errors: a code, which may be a status as a string, and a message (<c>specs/dialects.md 1.2</c>).</summary>
internal sealed record AzureError(int Status, string Code, string Message) : ApiError(Status, Message)
{
    /// <summary>Whether the content filter rejected the prompt.</summary>
    private bool IsFiltered { get; init; }

    public static AzureError WrongKey { get; } =
        new(401, "401", "Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a valid key for an active subscription and use a correct regional API endpoint for your resource.");

    public static AzureError NotFound { get; } = new(404, "404", "Resource not found");

    public static AzureError DeploymentNotFound { get; } =
        new(404, "DeploymentNotFound", "The API deployment for this resource does not exist. If you created the deployment within the last 5 minutes, please wait a moment and try again.");

    public static AzureError Filtered { get; } =
        new(400, "content_filter", "The response was filtered due to the prompt triggering Azure OpenAI's content management policy. Please modify your prompt and retry. To learn more about our content filtering policies please read our documentation: https://go.microsoft.com/fwlink/?linkid=2198766") { IsFiltered = true };

    public static AzureError Injected(int status, int? retryAfter) => status switch
    {
        401 => WrongKey with { RetryAfter = retryAfter },
        404 => DeploymentNotFound,
        429 => new(429, "429", $"Requests to the emulator have exceeded token rate limit of your current OpenAI S0 pricing tier. Please retry after {retryAfter ?? 1} seconds.") { RetryAfter = retryAfter ?? 1 },
        >= 500 => new(status, status == 503 ? "ServiceUnavailable" : "InternalServerError", "The service is temporarily unable to process your request. Please try again later.") { RetryAfter = retryAfter },
        _ => new(status, status.ToString(), $"The emulator was asked to answer with status {status}.") { RetryAfter = retryAfter },
    };

    public override void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteStartObject("error"u8);
        json.WriteString("code"u8, Code);
        json.WriteString("message"u8, Message);
        if (IsFiltered)
        {
            json.WriteNull("type"u8);
            json.WriteString("param"u8, "prompt"u8);
            json.WriteNumber("status"u8, Status);
            json.WriteStartObject("innererror"u8);
            json.WriteString("code"u8, "ResponsibleAIPolicyViolation"u8);
            json.WriteStartObject("content_filter_result"u8);
            ContentFilter.WriteCategories(json, blocked: "violence");
            ContentFilter.WriteJailbreak(json);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }
}
