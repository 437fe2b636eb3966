namespace Dragoman.Bench.Soak;

/// <summary>A model and the emulator's behavior for it.</summary>
/// <param name="Name">The part before the provider's name in the published name.</param>
/// <param name="UpstreamName">The name for the emulator.</param>
/// <param name="IsGood">Whether an answer must be complete.</param>
internal sealed record SoakModel(string Name, string UpstreamName, bool IsGood);

/// <summary>The providers and models of the soak: each model at each provider.</summary>
internal static class SoakModels
{
    public static readonly IReadOnlyList<SoakModel> All =
    [
        new("fast", "emulate-tokens-300", true),
        new("slow", "emulate-tps-20-tokens-80", true),
        new("long", "emulate-tokens-20000", true),
        new("error", "emulate-tps-100-tokens-60-error-30", false),
        new("cut", "emulate-tps-100-tokens-60-cut-30", false),
        new("stall", "emulate-tps-100-tokens-60-stall-30", false),
        new("busy", "emulate-status-429", false),
        new("broken", "emulate-status-500", false),
    ];

    public static readonly IReadOnlyList<string> Providers = ["mistral", "openai", "azure", "anthropic", "gemini", "compatible"];

    /// <summary>The timeouts that end a stalled answer before a client does.</summary>
    private const string Timeouts = """{ "idleSeconds": 5 }""";

    public static string Configuration(Uri emulator)
    {
        var models = string.Join(",\n", Providers.SelectMany(provider => All.Select(model =>
            $$"""    "{{model.Name}}-{{provider}}": { "provider": "{{provider}}", "model": "{{model.UpstreamName}}" }""")));
        return $$"""
            {
              "providers": {
                "mistral": { "dialect": "mistral", "baseUrl": "{{emulator}}mistral/v1", "apiKey": "bench", "timeouts": {{Timeouts}} },
                "openai": { "dialect": "openai", "baseUrl": "{{emulator}}openai/v1", "apiKey": "bench", "options": { "server": "openai" }, "timeouts": {{Timeouts}} },
                "azure": { "dialect": "azure-openai", "baseUrl": "{{emulator}}azure/openai/v1", "apiKey": "bench", "timeouts": {{Timeouts}} },
                "anthropic": { "dialect": "anthropic", "baseUrl": "{{emulator}}anthropic/v1", "apiKey": "bench", "timeouts": {{Timeouts}} },
                "gemini": { "dialect": "gemini", "baseUrl": "{{emulator}}gemini/v1beta", "apiKey": "bench", "timeouts": {{Timeouts}} },
                "compatible": { "dialect": "openai", "baseUrl": "{{emulator}}compat/v1", "options": { "server": "generic" }, "timeouts": {{Timeouts}} }
              },
              "models": {
            {{models}}
              }
            }
            """;
    }
}
