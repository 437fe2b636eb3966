using System.Globalization;
using System.Text;
using System.Text.Json;
using Dragoman.Conversation;
using Dragoman.Dialects.Answers;
using Dragoman.Wire;

namespace Dragoman.Dialects.Gemini.Outbound;

/// <summary>Reads Google's errors, alone or in an array, and classifies them by their gRPC status (specs/dialects.md 1.4, 1.8).</summary>
internal static class GeminiErrors
{

    private static readonly string[] TooLongPhrases = ["exceeds the maximum number of tokens", "exceeds the maximum number of input tokens"];

    /// <param name="status">The HTTP status, or 200 for a failure inside a successful answer.</param>
    /// <param name="body">JSON or anything else.</param>
    /// <param name="retryAfter">The delay from the response headers.</param>
    public static GatewayError Read(int status, ReadOnlySpan<byte> body, TimeSpan? retryAfter)
    {
        var details = ReadDetails(body);
        var kind = Classify(status == 200 ? details.HttpStatus ?? 200 : status, details);
        return new GatewayError(kind, FailureText.Of(kind, status, details.Message)) { Code = details.Reason, RetryAfter = details.RetryDelay ?? retryAfter };
    }

    private static ErrorKind Classify(int status, Details details)
    {
        // A rejected key is a 400 like any other bad request, and a 401 may carry INVALID_ARGUMENT.
        if (status == 401 || details.Reason is "API_KEY_INVALID" or "API_KEY_EXPIRED")
            return ErrorKind.UpstreamRefusedKey;
        if (details.IsQuotaOfDay)
            return ErrorKind.QuotaExceeded;
        if (details.Message is { } message && Array.Exists(TooLongPhrases, phrase => message.Contains(phrase, StringComparison.OrdinalIgnoreCase)))
            return ErrorKind.ContextTooLong;
        return details.Status switch
        {
            "UNAUTHENTICATED" => ErrorKind.UpstreamRefusedKey,
            "PERMISSION_DENIED" => ErrorKind.Forbidden,
            "NOT_FOUND" => ErrorKind.ModelNotFound,
            "RESOURCE_EXHAUSTED" => ErrorKind.RateLimited,
            "UNAVAILABLE" => ErrorKind.Overloaded,
            "DEADLINE_EXCEEDED" or "CANCELLED" => ErrorKind.Timeout,
            "INTERNAL" or "UNKNOWN" or "DATA_LOSS" or "UNIMPLEMENTED" or "ABORTED" => ErrorKind.UpstreamFailed,
            "INVALID_ARGUMENT" or "FAILED_PRECONDITION" or "OUT_OF_RANGE" or "ALREADY_EXISTS" when status != 413 => ErrorKind.InvalidRequest,
            _ => OfStatus(status),
        };
    }

    private static ErrorKind OfStatus(int status) => status switch
    {
        401 => ErrorKind.UpstreamRefusedKey,
        402 => ErrorKind.QuotaExceeded,
        403 => ErrorKind.Forbidden,
        404 => ErrorKind.ModelNotFound,
        408 or 499 or 504 => ErrorKind.Timeout,
        413 => ErrorKind.TooLarge,
        429 => ErrorKind.RateLimited,
        503 => ErrorKind.Overloaded,
        >= 400 and < 500 => ErrorKind.InvalidRequest,
        _ => ErrorKind.UpstreamFailed,
    };

    private static Details ReadDetails(ReadOnlySpan<byte> body)
    {
        try
        {
            using var document = JsonText.Parse(body);
            return ReadRoot(document.RootElement);
        }
        catch (JsonException)
        {
            var text = Encoding.UTF8.GetString(body).Trim();
            // An HTML page from a proxy is no use to an API client.
            return new Details { Message = text.StartsWith('<') ? null : text };
        }
    }

    private static Details ReadRoot(JsonElement root)
    {
        if (root.ValueKind == JsonValueKind.Array)
            return root.EnumerateArray().Select(ReadRoot).FirstOrDefault(details => details != default);
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("error", out var error))
            return default;
        if (error.ValueKind == JsonValueKind.String)
            return new Details { Message = JsonText.ReadString(error) };
        if (error.ValueKind != JsonValueKind.Object)
            return default;
        var details = new Details
        {
            Message = Text(error, "message"),
            Status = Text(error, "status"),
            HttpStatus = error.TryGetProperty("code", out var code) && code.ValueKind == JsonValueKind.Number && code.TryGetInt32(out var number) ? number : null,
        };
        if (!error.TryGetProperty("details", out var list) || list.ValueKind != JsonValueKind.Array)
            return details;
        foreach (var detail in list.EnumerateArray().Where(detail => detail.ValueKind == JsonValueKind.Object))
        {
            details = details with
            {
                Reason = details.Reason ?? Text(detail, "reason"),
                RetryDelay = details.RetryDelay ?? Duration(Text(detail, "retryDelay")),
                IsQuotaOfDay = details.IsQuotaOfDay || IsOfDay(detail),
            };
        }

        return details;
    }

    /// <summary>Whether the quota's id names a daily limit. Waiting only helps with a limit per minute.</summary>
    private static bool IsOfDay(JsonElement detail) =>
        detail.TryGetProperty("violations", out var violations)
        && violations.ValueKind == JsonValueKind.Array
        && violations.EnumerateArray().Any(violation =>
            violation.ValueKind == JsonValueKind.Object && Text(violation, "quotaId")?.Contains("PerDay", StringComparison.OrdinalIgnoreCase) == true);

    /// <summary>Reads a Protobuf duration, seconds with a fraction and an <c>s</c>, rounded up to whole milliseconds.</summary>
    private static TimeSpan? Duration(string? text) =>
        text is [.. var number, 's'] && double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) && seconds < 86_400
            ? TimeSpan.FromMilliseconds(Math.Ceiling(seconds * 1000))
            : null;

    private static string? Text(JsonElement owner, string name) =>
        owner.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? JsonText.ReadString(value) : null;

    private readonly record struct Details(string? Message, string? Status, int? HttpStatus, string? Reason, TimeSpan? RetryDelay, bool IsQuotaOfDay);
}
