namespace Dragoman.Functional.Tests.Harness;

/// <summary>One of the emulator's providers, as the gateway is configured with it in one of the outbound dialects.</summary>
/// <param name="Name">The name in <c>gateway.json</c>.</param>
/// <param name="Configuration">The provider's entry, with ADDRESS for its address and without the closing brace.</param>
/// <param name="Model">A model that answers with text.</param>
/// <param name="FinishMarkers">Every complete stream holds one of these marks, which report that the answer is complete.</param>
internal sealed record ProviderDialect(string Name, string Configuration, string Model, params IReadOnlyList<string> FinishMarkers)
{
    private static readonly string[] FinishReasons = ["\"finish_reason\":\"stop\"", "\"finish_reason\":\"length\"", "\"finish_reason\":\"tool_calls\"", "response.completed", "response.incomplete"];

    public static readonly IReadOnlyList<ProviderDialect> All =
    [
        new("openai", """{ "dialect": "openai", "baseUrl": "ADDRESS/openai/v1", "apiKey": "any", "options": { "server": "openai" }""", "gpt-4.1", FinishReasons),
        // A deployment whose model does not support chat completions.
        new("responses", """{ "dialect": "azure-openai", "baseUrl": "ADDRESS/azure/openai/v1", "apiKey": "any", "options": { "baseModels": { "gpt-5-mini": "gpt-5-pro" } }""", "gpt-5-mini", "response.completed", "response.incomplete"),
        new("azure", """{ "dialect": "azure-openai", "baseUrl": "ADDRESS/azure/openai/v1", "apiKey": "any" """, "gpt-4.1", FinishReasons),
        new("mistral", """{ "dialect": "mistral", "baseUrl": "ADDRESS/mistral/v1", "apiKey": "any" """, "mistral-small-latest", FinishReasons),
        new("anthropic", """{ "dialect": "anthropic", "baseUrl": "ADDRESS/anthropic/v1", "apiKey": "any" """, "claude-haiku-4-5", "\"stop_reason\":\""),
        new("gemini", """{ "dialect": "gemini", "baseUrl": "ADDRESS/gemini/v1beta", "apiKey": "any" """, "gemini-2.0-flash", "\"finishReason\":"),
        new("compatible", """{ "dialect": "openai", "baseUrl": "ADDRESS/compat/v1", "options": { "server": "generic" }""", "local-chat", FinishReasons),
    ];

    public static ProviderDialect Of(string name) => All.Single(dialect => dialect.Name == name);

    /// <summary>The entry of <c>gateway.json</c>.</summary>
    /// <param name="name">The provider's name.</param>
    /// <param name="address">The provider's address.</param>
    /// <param name="timeouts">The JSON of the member <c>timeouts</c>. The usual ones when null.</param>
    public string Entry(string name, Uri address, string? timeouts = null) =>
        $"\"{name}\": {Configuration.Replace("ADDRESS", address.AbsoluteUri.TrimEnd('/'), StringComparison.Ordinal)}{(timeouts is null ? "" : $", \"timeouts\": {timeouts}")} }}";
}
