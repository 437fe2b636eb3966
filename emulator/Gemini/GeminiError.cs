using System.Text.Json;
using Dragoman.Emulator.Api;
using Dragoman.Emulator.Requests;

namespace Dragoman.Emulator.Gemini;

/// <summary>Google's error object (<c>specs/dialects.md 1.4</c>).</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Name">The gRPC status.</param>
/// <param name="Message">The message for people.</param>
internal sealed record GeminiError(int Status, string Name, string Message) : ApiError(Status, Message)
{
    private const string InvalidKeyText = "API key not valid. Please pass a valid API key.";

    public static GeminiError NoKey { get; } = new(403, "PERMISSION_DENIED",
        "Method doesn't allow unregistered callers (callers without established identity). Please use API Key or other form of API consumer identity to call this API.");

    /// <summary>The error for a wrong key, which is a 400 and not a 401.</summary>
    public static GeminiError WrongKey { get; } = Invalid(InvalidKeyText) with { Reason = "API_KEY_INVALID" };

    public static GeminiError Overloaded { get; } = new(503, "UNAVAILABLE", "The model is overloaded. Please try again later.");

    /// <summary>The reason in <c>google.rpc.ErrorInfo</c>.</summary>
    public string? Reason { get; private init; }

    /// <summary>The field in <c>google.rpc.BadRequest</c>, in snake case.</summary>
    public string? Field { get; private init; }

    /// <summary>The delay in <c>google.rpc.RetryInfo</c>, in seconds. Google sends no header.</summary>
    public int? RetryDelay { get; private init; }

    /// <summary>Whether the error is inside an array, as in a streamed array.</summary>
    public bool IsInArray { get; init; }

    public static GeminiError Invalid(string message) => new(400, "INVALID_ARGUMENT", message);

    public static GeminiError ModelNotFound(string model, string method) =>
        new(404, "NOT_FOUND", $"models/{model} is not found for API version v1beta, or is not supported for {method}. Call ListModels to see the list of available models and their supported methods.");

    public static GeminiError UnknownName(string name, string place)
    {
        var text = $"Invalid JSON payload received. Unknown name \"{name}\"{(place.Length > 0 ? $" at '{place}'" : "")}: Cannot find field.";
        return Invalid(text) with { Field = place };
    }

    public static GeminiError Of(Refusal refusal) => refusal.Kind switch
    {
        RefusalKind.NotFound => new(404, "NOT_FOUND", "Requested entity was not found."),
        RefusalKind.MethodNotAllowed => new(405, "UNIMPLEMENTED", "Method Not Allowed") { Allow = refusal.Allow },
        RefusalKind.TooLarge => new(413, "INVALID_ARGUMENT", refusal.Message),
        RefusalKind.InvalidJson => Invalid($"Invalid JSON payload received. {refusal.Message}."),
        RefusalKind.Fields => Of(refusal.Fields[0]),
        RefusalKind.UnknownBehavior => new(404, "NOT_FOUND", $"models/{refusal.Model} is not found. {refusal.Message}"),
        RefusalKind.Unavailable => Overloaded,
        RefusalKind.Injected => Injected(refusal.Status, refusal.RetryAfter),
        _ => Invalid(refusal.Message),
    };

    public override void Write(Utf8JsonWriter json)
    {
        if (IsInArray)
            json.WriteStartArray();
        json.WriteStartObject();
        json.WriteStartObject("error"u8);
        json.WriteNumber("code"u8, Status);
        json.WriteString("message"u8, Message);
        json.WriteString("status"u8, Name);
        WriteDetails(json);
        json.WriteEndObject();
        json.WriteEndObject();
        if (IsInArray)
            json.WriteEndArray();
    }

    private void WriteDetails(Utf8JsonWriter json)
    {
        if (Reason is null && Field is null && RetryDelay is null)
            return;
        json.WriteStartArray("details"u8);
        json.WriteStartObject();
        if (Reason is not null)
        {
            json.WriteString("@type"u8, "type.googleapis.com/google.rpc.ErrorInfo"u8);
            json.WriteString("reason"u8, Reason);
            json.WriteString("domain"u8, "googleapis.com"u8);
            json.WriteStartObject("metadata"u8);
            json.WriteString("service"u8, "generativelanguage.googleapis.com"u8);
            json.WriteEndObject();
        }
        else if (Field is not null)
        {
            json.WriteString("@type"u8, "type.googleapis.com/google.rpc.BadRequest"u8);
            json.WriteStartArray("fieldViolations"u8);
            json.WriteStartObject();
            if (Field.Length > 0)
                json.WriteString("field"u8, Field);
            json.WriteString("description"u8, Message);
            json.WriteEndObject();
            json.WriteEndArray();
        }
        else
        {
            json.WriteString("@type"u8, "type.googleapis.com/google.rpc.RetryInfo"u8);
            json.WriteString("retryDelay"u8, $"{RetryDelay}s");
        }

        json.WriteEndObject();
        json.WriteEndArray();
    }

    private static GeminiError Of(FieldError field)
    {
        var place = Place(field.Location);
        return field.Type switch
        {
            "extra_forbidden" => UnknownName(field.Location[^1].Member ?? "", Place(field.Location.Take(field.Location.Count - 1))),
            "missing" => Invalid($"* GenerateContentRequest.{place}: {place} is not specified") with { Field = place },
            "greater_than_equal" or "less_than_equal" => Invalid($"* GenerateContentRequest.{place}: {field.Message}, but got {field.Input}.") with { Field = place },
            _ => Invalid($"Invalid value at '{place}' ({ProtoType(field.Type)}), {field.Input}") with { Field = place },
        };
    }

    private static string Place(IEnumerable<FieldStep> location) =>
        new FieldError("", [.. location.Select(step => step.Member is null ? step : (FieldStep)SnakeCase.Of(step.Member))], "", "").Path(inBrackets: true);

    private static string ProtoType(string type) => type switch
    {
        "bool_type" => "TYPE_BOOL",
        "float_type" => "TYPE_FLOAT",
        "int_type" => "TYPE_INT32",
        "literal_error" => "TYPE_ENUM",
        "dict_type" => "TYPE_MESSAGE",
        _ => "TYPE_STRING",
    };

    private static GeminiError Injected(int status, int? retryAfter) => status switch
    {
        401 => new(401, "UNAUTHENTICATED", "Request had invalid authentication credentials."),
        403 => NoKey,
        404 => new(404, "NOT_FOUND", "Requested entity was not found."),
        429 => new(429, "RESOURCE_EXHAUSTED", $"You exceeded your current quota, please check your plan and billing details. Please retry in {retryAfter ?? 1}s.") { RetryDelay = retryAfter ?? 1 },
        499 => new(499, "CANCELLED", "The operation was cancelled."),
        501 => new(501, "UNIMPLEMENTED", "Operation is not implemented, or supported, or enabled."),
        503 => Overloaded,
        504 => new(504, "DEADLINE_EXCEEDED", "Deadline expired before operation could complete."),
        >= 500 => new(status, "INTERNAL", "An internal error has occurred. Please retry or report in https://developers.generativeai.google/guide/troubleshooting"),
        _ => new(status, "INVALID_ARGUMENT", $"The emulator was asked to answer with status {status}."),
    };
}
