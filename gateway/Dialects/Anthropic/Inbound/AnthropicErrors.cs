using System.Buffers;
using System.Text.Json;
using Dragoman.Conversation;
using Dragoman.Wire;

namespace Dragoman.Dialects.Anthropic.Inbound;

/// <summary>Anthropic's error envelope, <c>{"type":"error","error":{type,message},"request_id"}</c> (specs/dialects.md 1.3, 1.8).</summary>
public sealed class AnthropicErrors : IErrorShape
{
    private const int Overloaded = 529;

    /// <summary>The start of Anthropic's message. Clients compact the conversation when they find these words (specs/dialects.md 1.8).</summary>
    private const string TooLong = "prompt is too long";

    public static readonly AnthropicErrors Shape = new();

    public string RequestIdHeader => "request-id";

    public bool HasRateLimitHeaders => true;

    public IEnumerable<(string Name, string Value)> RateLimitHeaders(RateLimits limits, DateTimeOffset now) => AnthropicMessagesHeaders.Of(limits, now);

    public int StatusOf(GatewayError error) => error.Kind == ErrorKind.Overloaded ? Overloaded : error.Status;

    public void WriteError(IBufferWriter<byte> output, GatewayError error, string requestId)
    {
        using var writer = new Utf8JsonWriter(output, JsonText.Compact);
        writer.WriteStartObject();
        writer.WriteString("type"u8, "error"u8);
        writer.WriteStartObject("error"u8);
        writer.WriteString("type"u8, TypeOf(error.Kind));
        writer.WriteString("message"u8, MessageOf(error));
        writer.WriteEndObject();
        writer.WriteString("request_id"u8, requestId);
        writer.WriteEndObject();
    }

    private static string MessageOf(GatewayError error) =>
        error.Kind == ErrorKind.ContextTooLong && !error.Message.StartsWith(TooLong, StringComparison.OrdinalIgnoreCase)
            ? $"{TooLong}: {error.Message}"
            : error.Message;

    private static string TypeOf(ErrorKind kind) => kind switch
    {
        ErrorKind.InvalidRequest or ErrorKind.ContextTooLong or ErrorKind.ContentBlocked or ErrorKind.MethodNotAllowed or ErrorKind.RequestTimeout => "invalid_request_error",
        ErrorKind.Unauthenticated => "authentication_error",
        ErrorKind.Forbidden => "permission_error",
        ErrorKind.ModelNotFound or ErrorKind.NotFound => "not_found_error",
        ErrorKind.TooLarge => "request_too_large",
        ErrorKind.RateLimited or ErrorKind.QuotaExceeded => "rate_limit_error",
        ErrorKind.BudgetExceeded => "billing_error",
        ErrorKind.Overloaded => "overloaded_error",
        ErrorKind.Timeout => "timeout_error",
        _ => "api_error",
    };
}
