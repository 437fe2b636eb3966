using System.Text.Json;
using Dragoman.Emulator.Api;
using Dragoman.Emulator.Requests;

namespace Dragoman.Emulator.Mistral;

/// <summary>
/// An error in one of Mistral's forms (<c>specs/dialects.md 1.5</c>): the flat object with type and code, the same with a
/// <c>detail</c> list as its message (422), or a bare <c>{"detail": text}</c>.
/// </summary>
internal sealed record MistralError(int Status, string Message) : ApiError(Status, Message)
{
    public string Type { get; init; } = "invalid_request_error";

    /// <summary>Mistral's code, a number as a string. Null when there is none.</summary>
    public string? Code { get; init; }

    /// <summary>Whether the body is a bare <c>{"detail": text}</c>.</summary>
    public bool IsBareDetail { get; init; }

    public IReadOnlyList<FieldError> Details { get; init; } = [];

    public static MistralError Unauthorized { get; } = new(401, "Unauthorized") { IsBareDetail = true };

    public static MistralError NotFound { get; } = new(404, "Not Found") { IsBareDetail = true };

    public static MistralError Of(Refusal refusal) => refusal.Kind switch
    {
        RefusalKind.NotFound => NotFound,
        RefusalKind.MethodNotAllowed => new(405, refusal.Message) { IsBareDetail = true, Allow = refusal.Allow },
        RefusalKind.TooLarge => new(413, refusal.Message),
        RefusalKind.Unreadable => new(refusal.Status, refusal.Message),
        RefusalKind.InvalidJson => Unprocessable(
            [new("json_invalid", ["body", (int)refusal.Position], $"JSON decode error: {refusal.Message}", "{}")]),
        RefusalKind.Fields => Unprocessable(
            [.. refusal.Fields.Select(field => field.Location.Count == 0 ? field with { Location = ["body"] } : field)]),
        RefusalKind.UnknownBehavior => InvalidModel(400, refusal.Model, $". {refusal.Message}"),
        RefusalKind.Unavailable => Unavailable,
        RefusalKind.Injected => Injected(refusal.Status, refusal.RetryAfter),
        _ => BadRequest(refusal.Message),
    };

    public static MistralError Unprocessable(IReadOnlyList<FieldError> details) => new(422, "") { Details = details };

    public static MistralError InvalidModel(string model) => InvalidModel(400, model);

    public static MistralError InvalidModel(int status, string model, string explanation = "") =>
        new(status, $"Invalid model: {model}{explanation}") { Type = "invalid_model", Code = "1500" };

    public static MistralError MessageOrder(string message) =>
        new(400, message) { Type = "invalid_request_message_order", Code = "3230" };

    public static MistralError FunctionCall(string message) =>
        new(400, message) { Type = "invalid_function_call", Code = "3280" };

    public static MistralError BadRequest(string message) => new(400, message);

    /// <summary>The error with this <paramref name="status"/> for a failure of the service, not of the request.</summary>
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

    public override void Write(Utf8JsonWriter json)
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
