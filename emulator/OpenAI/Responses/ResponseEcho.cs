using System.Text.Json;

namespace Dragoman.Emulator.OpenAI.Responses;

/// <summary>The members of the request that a response object repeats. The request itself is already released by then.</summary>
internal sealed class ResponseEcho
{
    private static readonly (string Name, string Default)[] Members =
    [
        ("instructions", "null"), ("max_output_tokens", "null"), ("max_tool_calls", "null"), ("parallel_tool_calls", "true"),
        ("previous_response_id", "null"), ("prompt_cache_key", "null"), ("safety_identifier", "null"), ("temperature", "1.0"),
        ("tool_choice", "\"auto\""), ("tools", "[]"), ("top_logprobs", "0"), ("top_p", "1.0"), ("truncation", "\"disabled\""),
        ("user", "null"), ("metadata", "{}"),
    ];

    private readonly List<(string Name, string Json)> members = [];

    public bool Stores { get; private init; }

    public string Model { get; private init; } = "";

    public static ResponseEcho Of(JsonElement root, OpenAIModel model, bool stores, string? effort)
    {
        var echo = new ResponseEcho { Stores = stores, Model = model.Snapshot };
        foreach (var (name, byDefault) in Members)
            echo.members.Add((name, Raw(root, name) ?? byDefault));
        var reasoning = root.TryGetProperty("reasoning", out var given) && given.ValueKind == JsonValueKind.Object ? given : default;
        var summary = reasoning.ValueKind == JsonValueKind.Object ? Raw(reasoning, "summary") : null;
        echo.members.Add(("reasoning", $$"""{"effort":{{(effort is null ? "null" : $"\"{effort}\"")}},"summary":{{summary ?? "null"}}}"""));
        var text = root.TryGetProperty("text", out given) && given.ValueKind == JsonValueKind.Object ? given : default;
        var format = text.ValueKind == JsonValueKind.Object ? Raw(text, "format") : null;
        var verbosity = text.ValueKind == JsonValueKind.Object ? Raw(text, "verbosity") : null;
        echo.members.Add(("text", $$"""{"format":{{format ?? """{"type":"text"}"""}},"verbosity":{{verbosity ?? "\"medium\""}}}"""));
        return echo;
    }

    public void Write(Utf8JsonWriter json)
    {
        foreach (var (name, value) in members)
        {
            json.WritePropertyName(name);
            json.WriteRawValue(value, skipInputValidation: true);
        }

        json.WriteString("service_tier"u8, "default"u8);
        json.WriteBoolean("store"u8, Stores);
    }

    private static string? Raw(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value.GetRawText() : null;
}
