using System.Globalization;
using System.Text.Json;
using Dragoman.Emulator.Api;
using Dragoman.Emulator.Requests;

namespace Dragoman.Emulator.OpenAI;

/// <summary>OpenAI's error object (<c>specs/dialects.md 1.1</c>).</summary>
internal sealed record OpenAIError(int Status, string Message) : ApiError(Status, Message)
{
    public string? Type { get; init; } = "invalid_request_error";

    public string? Param { get; init; }

    public string? Code { get; init; }

    public static OpenAIError NoKey { get; } = new(401, "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY).");

    public static OpenAIError WrongKey { get; } =
        new(401, "Incorrect API key provided: refuse. You can find your API key at https://platform.openai.com/account/api-keys.") { Code = "invalid_api_key" };

    public static OpenAIError Of(Refusal refusal) => refusal.Kind switch
    {
        RefusalKind.NotFound => new(404, "Invalid URL"),
        RefusalKind.MethodNotAllowed => new(405, "Not allowed on this path.") { Code = "method_not_supported", Allow = refusal.Allow },
        RefusalKind.TooLarge => new(413, refusal.Message),
        RefusalKind.Unreadable => new(refusal.Status, refusal.Message),
        RefusalKind.InvalidJson => new(400, $"We could not parse the JSON body of your request: {refusal.Message}."),
        RefusalKind.Fields => Of(refusal.Fields[0]),
        RefusalKind.UnknownBehavior => ModelNotFound(refusal.Model, $" {refusal.Message}"),
        RefusalKind.Injected or RefusalKind.Unavailable => Injected(refusal.Status, refusal.RetryAfter),
        RefusalKind.Blocked => new(400, "Invalid prompt: your prompt was flagged as potentially violating our usage policy. Please try again with a different prompt.") { Code = "invalid_prompt" },
        _ => new(400, refusal.Message),
    };

    public static OpenAIError ModelNotFound(string model, string more = "") =>
        new(404, $"The model `{model}` does not exist or you do not have access to it.{more}") { Code = "model_not_found" };

    public static OpenAIError UnsupportedParameter(string name, string hint = "") =>
        new(400, $"Unsupported parameter: '{name}' is not supported with this model.{hint}") { Param = name, Code = "unsupported_parameter" };

    public static OpenAIError UnsupportedValue(string name, string message) =>
        new(400, $"Unsupported value: {message}") { Param = name, Code = "unsupported_value" };

    public static OpenAIError Invalid(string param, string message, string? code = null) => new(400, message) { Param = param, Code = code };

    /// <summary>The failure that a behavior asks for.</summary>
    public static OpenAIError Injected(int status, int? retryAfter) => status switch
    {
        401 => WrongKey with { RetryAfter = retryAfter },
        429 => new(429, "Rate limit reached for the emulator on requests per min (RPM). Please try again later.")
        {
            Type = "requests",
            Code = "rate_limit_exceeded",
            RetryAfter = retryAfter ?? 1,
        },
        503 => new(503, "The server is currently overloaded. Please try again later.") { Type = "server_error", RetryAfter = retryAfter },
        >= 500 => new(status, "The server had an error while processing your request. Sorry about that!") { Type = "server_error", RetryAfter = retryAfter },
        _ => new(status, $"The emulator was asked to answer with status {status}.") { RetryAfter = retryAfter },
    };

    public override void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WritePropertyName("error"u8);
        WriteValue(json);
        json.WriteEndObject();
    }

    public void WriteValue(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("message"u8, Message);
        json.WriteString("type"u8, Type);
        json.WriteString("param"u8, Param);
        json.WriteString("code"u8, Code);
        json.WriteEndObject();
    }

    private static OpenAIError Of(FieldError field)
    {
        var path = field.Path(inBrackets: true);
        return field.Type switch
        {
            "missing" => Invalid(path, $"Missing required parameter: '{path}'.", "missing_required_parameter"),
            "extra_forbidden" => Invalid(path, $"Unknown parameter: '{path}'.", "unknown_parameter"),
            "literal_error" => Invalid(path, $"Invalid value: {field.Input.Replace('"', '\'')}. Supported values are: {Listed(field.Allowed)}.", "invalid_value"),
            "greater_than_equal" => Invalid(path, $"Invalid '{path}': {Kind(field)} below minimum value. Expected a value >= {Number(field.Limit)}, but got {field.Input} instead.", $"{Kind(field)}_below_min_value"),
            "less_than_equal" => Invalid(path, $"Invalid '{path}': {Kind(field)} above maximum value. Expected a value <= {Number(field.Limit)}, but got {field.Input} instead.", $"{Kind(field)}_above_max_value"),
            _ => Invalid(path, $"Invalid type for '{path}': {Expected(field.Type)}, but got {Got(field.Input)} instead.", "invalid_type"),
        };
    }

    private static string Kind(FieldError field) => field.Input.Contains('.') ? "decimal" : "integer";

    private static string Number(double limit) => limit.ToString(CultureInfo.InvariantCulture);

    private static string Listed(IReadOnlyList<string> values) =>
        values.Count == 1 ? $"'{values[0]}'" : $"{string.Join(", ", values.Take(values.Count - 1).Select(value => $"'{value}'"))}, and '{values[^1]}'";

    private static string Expected(string type) => type switch
    {
        "string_type" => "expected a string",
        "bool_type" => "expected a boolean",
        "float_type" => "expected a number",
        "int_type" => "expected an integer",
        "list_type" => "expected an array",
        _ => "expected an object",
    };

    private static string Got(string input) => input.Length == 0 ? "nothing" : input[0] switch
    {
        '"' => "a string",
        '{' => "an object",
        '[' => "an array",
        't' or 'f' => "a boolean",
        'n' => "null",
        _ => "a number",
    };
}
