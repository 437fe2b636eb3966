using System.Text;
using System.Text.Json;
using Dragoman.Conversation;
using Dragoman.Dialects.Answers;
using Dragoman.Wire;

namespace Dragoman.Dialects.Anthropic.Outbound;

/// <summary>
/// Reads Anthropic's errors, <c>{"type":"error","error":{type,message,details?}}</c>. It classifies them by status, or by
/// type when they arrive inside an answer with status 200 (specs/dialects.md 1.3, 1.8).
/// </summary>
internal static class AnthropicErrorReader
{
    private static readonly string[] TooLongPhrases = ["prompt is too long", "exceed context limit", "context window"];

    private static readonly string[] UnpaidPhrases = ["credit balance is too low"];

    /// <summary>Waiting does not help with these codes: the operator must pay or raise a limit.</summary>
    private static readonly string[] SpendCodes = ["enforced_spend_limit_reached", "contract_spend_limit_reached"];

    /// <param name="status">The HTTP status, or 200 for a failure inside a successful answer.</param>
    /// <param name="body">JSON or anything else.</param>
    /// <param name="retryAfter">The delay from the response headers.</param>
    public static GatewayError Read(int status, ReadOnlySpan<byte> body, TimeSpan? retryAfter)
    {
        var (type, text, code) = ReadDetails(body);
        var kind = Classify(status == 200 ? StatusOf(type) : status, text, code);
        return new GatewayError(kind, FailureText.Of(kind, status, text)) { Code = code, RetryAfter = kind == ErrorKind.QuotaExceeded ? null : retryAfter };
    }

    private static ErrorKind Classify(int status, string? message, string? code) => status switch
    {
        400 when Says(message, TooLongPhrases) => ErrorKind.ContextTooLong,
        400 when Says(message, UnpaidPhrases) => ErrorKind.QuotaExceeded,
        401 => ErrorKind.UpstreamRefusedKey,
        402 => ErrorKind.QuotaExceeded,
        403 => ErrorKind.Forbidden,
        404 => ErrorKind.ModelNotFound,
        408 or 499 or 504 => ErrorKind.Timeout,
        409 => ErrorKind.UpstreamFailed,
        413 => ErrorKind.TooLarge,
        429 when SpendCodes.Contains(code) => ErrorKind.QuotaExceeded,
        429 => ErrorKind.RateLimited,
        503 or 529 => ErrorKind.Overloaded,
        >= 400 and < 500 => ErrorKind.InvalidRequest,
        _ => ErrorKind.UpstreamFailed,
    };

    private static bool Says(string? message, string[] phrases) =>
        message is not null && Array.Exists(phrases, phrase => message.Contains(phrase, StringComparison.OrdinalIgnoreCase));

    /// <summary>The status that Anthropic uses for this error type before an answer begins.</summary>
    private static int StatusOf(string? type) => type switch
    {
        "invalid_request_error" => 400,
        "authentication_error" => 401,
        "billing_error" => 402,
        "permission_error" => 403,
        "not_found_error" => 404,
        "conflict_error" => 409,
        "request_too_large" => 413,
        "rate_limit_error" => 429,
        "timeout_error" => 504,
        "overloaded_error" => 529,
        _ => 500,
    };

    private static (string? Type, string? Message, string? Code) ReadDetails(ReadOnlySpan<byte> body)
    {
        try
        {
            using var document = JsonText.Parse(body);
            var root = document.RootElement;
            var error = Member(root, "error") ?? root;
            var code = Member(error, "details") is { } details ? TextOf(details, "error_code") : null;
            return (TextOf(error, "type"), error.ValueKind == JsonValueKind.String ? JsonText.ReadString(error) : TextOf(error, "message"), code);
        }
        catch (JsonException)
        {
            var text = Encoding.UTF8.GetString(body).Trim();
            // An HTML page from a proxy is no use to an API client.
            return (null, text.StartsWith('<') ? null : text, null);
        }
    }

    private static JsonElement? Member(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) ? value : null;

    private static string? TextOf(JsonElement element, string name) =>
        Member(element, name) is { ValueKind: JsonValueKind.String } value ? JsonText.ReadString(value) : null;
}
