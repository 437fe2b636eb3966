using System.Globalization;
using System.Text;
using System.Text.Json;
using Dragoman.Conversation;
using Dragoman.Dialects.Answers;
using Dragoman.Wire;

namespace Dragoman.Dialects.ChatCompletions;

/// <summary>
/// Reads the error bodies of OpenAI, Azure OpenAI, Mistral (five shapes) and compatible servers, JSON or not, and
/// classifies them by status and code, never by type (specs/dialects.md 1.1, 1.5, 1.6, 1.8).
/// </summary>
public static class ErrorReader
{
    /// <summary>The phrases of OpenAI and vLLM, Mistral, Anthropic, then Ollama, llama.cpp and LM Studio.</summary>
    private static readonly string[] TooLongPhrases =
    [
        "maximum context length",
        "context window",
        "too large for model",
        "prompt is too long",
        "exceeds the context length",
        "exceeds the available context size",
        "loaded with context length",
    ];

    /// <param name="status">The HTTP status, or 200 for a failure inside a successful answer.</param>
    /// <param name="body">JSON or anything else.</param>
    /// <param name="retryAfter">The delay from the response headers.</param>
    public static GatewayError Read(int status, ReadOnlySpan<byte> body, TimeSpan? retryAfter)
    {
        var details = ReadDetails(body);
        var kind = Classify(status == 200 ? details.Status ?? 200 : status, details);
        var text = FailureText.Of(kind, status, details.Message);
        // An empty list was read as an empty text, and an empty code means no code.
        return new GatewayError(kind, text) { Code = string.IsNullOrEmpty(details.Code) ? null : details.Code, Field = details.Param, RetryAfter = retryAfter };
    }

    private static ErrorKind Classify(int status, Details details) => (status, details.Code) switch
    {
        (_, "insufficient_quota") => ErrorKind.QuotaExceeded,
        (_, "context_length_exceeded") => ErrorKind.ContextTooLong,
        (400, "content_filter" or "content_policy_violation") => ErrorKind.ContentBlocked,
        (_, "model_not_found" or "1500") => ErrorKind.ModelNotFound,
        (400 or 422, _) when LooksTooLong(details.Message) => ErrorKind.ContextTooLong,
        (401, _) => ErrorKind.UpstreamRefusedKey,
        (402, _) => ErrorKind.QuotaExceeded,
        (403, _) => ErrorKind.Forbidden,
        (404, _) => ErrorKind.ModelNotFound,
        (408 or 499 or 504, _) => ErrorKind.Timeout,
        (413, _) => ErrorKind.TooLarge,
        (429, _) or (200, "1300" or "rate_limit_exceeded") => ErrorKind.RateLimited,
        (503 or 529, _) => ErrorKind.Overloaded,
        ( >= 400 and < 500, _) => ErrorKind.InvalidRequest,
        _ => ErrorKind.UpstreamFailed,
    };

    private static bool LooksTooLong(string? message) =>
        message is not null && Array.Exists(TooLongPhrases, phrase => message.Contains(phrase, StringComparison.OrdinalIgnoreCase));

    private static Details ReadDetails(ReadOnlySpan<byte> body)
    {
        try
        {
            using var document = JsonText.Parse(body);
            return ReadJson(document.RootElement);
        }
        catch (JsonException)
        {
            var text = Encoding.UTF8.GetString(body).Trim();
            // An HTML page from a proxy is no use to an API client.
            return new Details(text.StartsWith('<') ? null : text);
        }
    }

    private static Details ReadJson(JsonElement root)
    {
        if (root.ValueKind == JsonValueKind.String)
            return new Details(JsonText.ReadString(root));
        if (root.ValueKind == JsonValueKind.Array)
            return root.GetArrayLength() > 0 ? ReadJson(root[0]) : default;
        if (root.ValueKind != JsonValueKind.Object)
            return default;
        if (root.TryGetProperty("error", out var error) && error.ValueKind is JsonValueKind.Object or JsonValueKind.String)
        {
            var inner = ReadJson(error);
            return inner.Message is null && root.TryGetProperty("message", out var beside) ? inner with { Message = Text(beside) } : inner;
        }

        var message = Member(root, "message") ?? Member(root, "detail") ?? Member(root, "error_message");
        var code = Member(root, "code");
        var status = Member(root, "raw_status_code") ?? Member(root, "statusCode") ?? code;
        return new Details(
            message,
            code,
            Member(root, "param"),
            int.TryParse(status, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is >= 400 and < 600 ? number : null);
    }

    private static string? Member(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) ? Text(value) : null;

    /// <summary>A message may be a text, or Mistral's list of <c>{loc, msg}</c>, bare or under <c>detail</c>.</summary>
    private static string? Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => JsonText.ReadString(value),
        JsonValueKind.Number => value.GetRawText(),
        JsonValueKind.Array => string.Join("; ", value.EnumerateArray().Select(Complaint).Where(text => text is not null)),
        JsonValueKind.Object when value.TryGetProperty("detail", out var detail) => Text(detail),
        JsonValueKind.Object when value.TryGetProperty("message", out var message) => Text(message),
        _ => null,
    };

    private static string? Complaint(JsonElement item)
    {
        if (item.ValueKind != JsonValueKind.Object)
            return Text(item);
        var where = item.TryGetProperty("loc", out var location) && location.ValueKind == JsonValueKind.Array
            ? string.Join('.', location.EnumerateArray().Where(part => part.ValueKind is JsonValueKind.String or JsonValueKind.Number).Select(Text).Where(part => part != "body"))
            : null;
        var what = Member(item, "msg") ?? Member(item, "message");
        return where is { Length: > 0 } ? $"{where}: {what}" : what;
    }

    private readonly record struct Details(string? Message, string? Code = null, string? Param = null, int? Status = null);
}
