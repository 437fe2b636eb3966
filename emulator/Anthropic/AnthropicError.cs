using System.Text.Json;
using Dragoman.Emulator.Api;
using Dragoman.Emulator.Requests;

namespace Dragoman.Emulator.Anthropic;

/// <summary>Anthropic's error object (<c>specs/dialects.md 1.3</c>).</summary>
internal sealed record AnthropicError(int Status, string Type, string Message) : ApiError(Status, Message)
{
    public static AnthropicError WrongKey { get; } = new(401, "authentication_error", "invalid x-api-key");

    public static AnthropicError NoKey { get; } =
        new(401, "authentication_error", "x-api-key header is required");

    public static AnthropicError Overloaded { get; } = new(529, "overloaded_error", "Overloaded");

    /// <summary>The value of the answer's <c>request-id</c> header.</summary>
    public string? RequestId { get; init; }

    public static AnthropicError Invalid(string message) => new(400, "invalid_request_error", message);

    public static AnthropicError NotFound(string message) => new(404, "not_found_error", message);

    public static AnthropicError Of(Refusal refusal) => refusal.Kind switch
    {
        RefusalKind.NotFound => NotFound("Not found"),
        RefusalKind.MethodNotAllowed => new(405, "invalid_request_error", "Method Not Allowed") { Allow = refusal.Allow },
        RefusalKind.TooLarge => new(413, "request_too_large", "Request exceeds the maximum size"),
        RefusalKind.InvalidJson => Invalid($"The request body is not valid JSON: {refusal.Message}"),
        RefusalKind.Fields => Of(refusal.Fields[0]),
        RefusalKind.UnknownBehavior => NotFound($"model: {refusal.Model}. {refusal.Message}"),
        RefusalKind.Unavailable => Overloaded,
        RefusalKind.Injected => Injected(refusal.Status, refusal.RetryAfter),
        _ => Invalid(refusal.Message),
    };

    public override void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "error"u8);
        json.WriteStartObject("error"u8);
        json.WriteString("type"u8, Type);
        json.WriteString("message"u8, Message);
        json.WriteEndObject();
        if (RequestId is not null)
            json.WriteString("request_id"u8, RequestId);
        json.WriteEndObject();
    }

    private static AnthropicError Of(FieldError field) =>
        Invalid(field.Location.Count == 0 ? field.Message : $"{field.Path(inBrackets: false)}: {field.Message}");

    private static AnthropicError Injected(int status, int? retryAfter) => status switch
    {
        401 => WrongKey with { RetryAfter = retryAfter },
        402 => new(402, "billing_error", "Your credit balance is too low to access the Anthropic API."),
        403 => new(403, "permission_error", "Your API key does not have permission to use the specified resource."),
        404 => NotFound("Not found"),
        413 => new(413, "request_too_large", "Request exceeds the maximum size"),
        429 => new(429, "rate_limit_error", "This request would exceed your account's rate limit. Please try again later.") { RetryAfter = retryAfter ?? 1 },
        504 => new(504, "timeout_error", "Request timed out") { RetryAfter = retryAfter },
        529 => Overloaded with { RetryAfter = retryAfter },
        >= 500 => new(status, "api_error", "Internal server error") { RetryAfter = retryAfter },
        _ => Invalid($"The emulator was asked to answer with status {status}.") with { Status = status, RetryAfter = retryAfter },
    };
}
