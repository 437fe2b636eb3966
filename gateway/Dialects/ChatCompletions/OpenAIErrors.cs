using System.Buffers;
using System.Text.Json;
using Dragoman.Conversation;
using Dragoman.Wire;

namespace Dragoman.Dialects.ChatCompletions;

/// <summary>OpenAI's error envelope, <c>{"error":{message,type,param,code}}</c> (specs/dialects.md 1.1, 1.8).</summary>
public sealed class OpenAIErrors : IErrorShape
{
    public static readonly OpenAIErrors Shape = new();

    /// <summary>OpenAI's clients know a used-up budget as 429 with the code <c>insufficient_quota</c> (specs/dialects.md 1.8).</summary>
    public int StatusOf(GatewayError error) => error.Kind == ErrorKind.BudgetExceeded ? 429 : error.Status;

    public bool HasRateLimitHeaders => true;

    public IEnumerable<(string Name, string Value)> RateLimitHeaders(RateLimits limits, DateTimeOffset now) => OpenAIHeaders.Of(limits);

    public void WriteError(IBufferWriter<byte> output, GatewayError error, string requestId)
    {
        using var writer = new Utf8JsonWriter(output, JsonText.Compact);
        writer.WriteStartObject();
        writer.WriteStartObject("error"u8);
        writer.WriteString("message"u8, error.Message);
        writer.WriteString("type"u8, TypeOf(error));
        writer.WriteString("param"u8, string.IsNullOrEmpty(error.Field) ? null : error.Field);
        writer.WriteString("code"u8, CodeOf(error));
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static string TypeOf(GatewayError error) => error.Kind switch
    {
        ErrorKind.InvalidRequest or ErrorKind.ContextTooLong or ErrorKind.ContentBlocked or ErrorKind.Unauthenticated
            or ErrorKind.ModelNotFound or ErrorKind.NotFound or ErrorKind.MethodNotAllowed or ErrorKind.TooLarge
            or ErrorKind.NotImplemented or ErrorKind.RequestTimeout => "invalid_request_error",
        ErrorKind.Forbidden => "permission_error",
        ErrorKind.RateLimited => error.Code == RateLimit.TokensCode ? "tokens" : "requests",
        ErrorKind.QuotaExceeded or ErrorKind.BudgetExceeded => "insufficient_quota",
        _ => "server_error",
    };

    /// <summary>The code that clients react to, if there is one (specs/dialects.md 1.8), else the provider's own.</summary>
    private static string? CodeOf(GatewayError error) => error.Kind switch
    {
        ErrorKind.ContextTooLong => "context_length_exceeded",
        ErrorKind.ContentBlocked => error.Code ?? "content_filter",
        ErrorKind.Unauthenticated => "invalid_api_key",
        ErrorKind.ModelNotFound => "model_not_found",
        ErrorKind.NotFound => error.Code ?? "unknown_url",
        ErrorKind.MethodNotAllowed => "method_not_allowed",
        ErrorKind.RequestTimeout => "request_timeout",
        ErrorKind.TooLarge => error.Code == WorkLimit.ErrorCode ? error.Code : "request_too_large",
        ErrorKind.RateLimited => "rate_limit_exceeded",
        ErrorKind.QuotaExceeded or ErrorKind.BudgetExceeded => "insufficient_quota",
        ErrorKind.NotImplemented => "not_implemented",
        ErrorKind.UpstreamRefusedKey => "upstream_auth_failed",
        _ => error.Code,
    };
}
