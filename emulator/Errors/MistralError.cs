using System.Text.Json;

namespace Dragoman.Emulator.Errors;

/// <summary>
/// An error in one of Mistral's shapes (<c>specs/dialects.md 1.5</c>): the flat object with type and code, the same with
/// a <c>detail</c> list as its message (422), or a bare <c>{"detail": text}</c>.
/// </summary>
internal sealed record MistralError(int Status, string Message)
{
    public string Type { get; init; } = "invalid_request_error";

    /// <summary>Mistral's code, a number in a string, or none.</summary>
    public string? Code { get; init; }

    /// <summary>Seconds for the <c>Retry-After</c> header.</summary>
    public int? RetryAfter { get; init; }

    /// <summary>For the <c>Allow</c> header of a 405.</summary>
    public string? Allow { get; init; }

    /// <summary>The message is a bare <c>{"detail": text}</c>.</summary>
    public bool IsBareDetail { get; init; }

    public IReadOnlyList<FieldError> Details { get; init; } = [];

    public static MistralError Unauthorized { get; } = new(401, "Unauthorized") { IsBareDetail = true };

    public static MistralError NotFound { get; } = new(404, "Not Found") { IsBareDetail = true };

    public static MistralError MethodNotAllowed(string allow) =>
        new(405, "Method Not Allowed") { IsBareDetail = true, Allow = allow };

    public static MistralError TooLarge(long limit) =>
        new(413, $"The request body is too large: at most {limit} bytes are allowed.");

    public static MistralError Unprocessable(IReadOnlyList<FieldError> details) => new(422, "") { Details = details };

    public static MistralError InvalidModel(string model) => InvalidModel(400, model);

    public static MistralError InvalidModel(int status, string model, string explanation = "") =>
        new(status, $"Invalid model: {model}{explanation}") { Type = "invalid_model", Code = "1500" };

    public static MistralError MessageOrder(string message) =>
        new(400, message) { Type = "invalid_request_message_order", Code = "3230" };

    public static MistralError FunctionCall(string message) =>
        new(400, message) { Type = "invalid_function_call", Code = "3280" };

    public static MistralError BadRequest(string message) => new(400, message);

    /// <summary>What the API answers with <paramref name="status"/> when it fails by itself, not by the request.</summary>
    public static MistralError Injected(int status, int? retryAfter) => status switch
    {
        401 => Unauthorized with { RetryAfter = retryAfter },
        429 => new(429, "Rate limit exceeded") { Type = "rate_limited", Code = "1300", RetryAfter = retryAfter ?? 1 },
        503 => Unavailable with { RetryAfter = retryAfter },
        >= 500 => new(status, "Internal server error")
        {
            Type = "internal_server_error",
            Code = "1000",
            RetryAfter = retryAfter,
        },
        _ => new(status, $"The emulator was asked to answer with status {status}.") { RetryAfter = retryAfter },
    };

    public static MistralError Unavailable { get; } =
        new(503, "Service unavailable.") { Type = "internal_server_error", Code = "1000" };

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        if (IsBareDetail)
        {
            json.WriteString("detail"u8, Message);
        }
        else
        {
            json.WriteString("object"u8, "error"u8);
            json.WritePropertyName("message"u8);
            WriteMessage(json);
            json.WriteString("type"u8, Type);
            json.WriteNull("param"u8);
            json.WriteString("code"u8, Code);
            json.WriteNumber("raw_status_code"u8, Status);
        }

        json.WriteEndObject();
    }

    private void WriteMessage(Utf8JsonWriter json)
    {
        if (Details.Count == 0)
        {
            json.WriteStringValue(Message);
            return;
        }

        json.WriteStartObject();
        json.WriteStartArray("detail"u8);
        foreach (var detail in Details)
            detail.Write(json);
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
