using Dragoman.Secrets;

namespace Dragoman.Configuration;

/// <summary>The providers when none is configured: each well-known variable turns its provider on; with no such variable the emulator is used.</summary>
public static class WellKnownProviders
{
    /// <summary>The address of the emulator; set by a script that starts it at another address than the default.</summary>
    public const string EmulatorUrlVariable = "DRAGOMAN_EMULATOR_URL";

    private const string DefaultEmulatorUrl = "http://127.0.0.1:4755/v1";

    /// <param name="environment">The process's variables.</param>
    /// <param name="notices">Receives a line for each provider that is on.</param>
    /// <param name="mistakes">Receives a line for each variable that is not valid.</param>
    /// <param name="isLastResort">Whether no variable turns anything on, so that the emulator is expected at its usual address.</param>
    public static IEnumerable<ProviderSettings> FromEnvironment(
        IReadOnlyDictionary<string, string> environment, List<string> notices, List<string> mistakes, out bool isLastResort)
    {
        isLastResort = false;
        var providers = new List<ProviderSettings>();
        if (Key("OPENAI_API_KEY") is { } openAIKey)
            Add("openai", "openai", null, openAIKey, "OPENAI_API_KEY");
        if (Key("MISTRAL_API_KEY") is { } mistralKey)
            Add("mistral", "mistral", null, mistralKey, "MISTRAL_API_KEY");
        if (Key("ANTHROPIC_API_KEY") is { } anthropicKey)
            Add("anthropic", "anthropic", null, anthropicKey, "ANTHROPIC_API_KEY");
        if (Key("GEMINI_API_KEY") is { } geminiKey)
            Add("gemini", "gemini", null, geminiKey, "GEMINI_API_KEY");
        if (Value("AZURE_OPENAI_ENDPOINT") is { } endpoint)
        {
            // Azure's own tools take the resource's address without a path; the v1 endpoint is a path below it.
            var whole = endpoint.TrimEnd('/') + (endpoint.Contains("/openai", StringComparison.OrdinalIgnoreCase) ? "/" : "/openai/v1/");
            if (BaseUrl.TryRead(whole, out var resource))
                Add("azure", "azure-openai", resource, Key("AZURE_OPENAI_API_KEY"), "AZURE_OPENAI_ENDPOINT");
            else
                mistakes.Add("environment variable AZURE_OPENAI_ENDPOINT: must be an https URL such as https://name.openai.azure.com");
        }

        if (Value("LMSTUDIO_BASE_URL") is { } url)
        {
            if (BaseUrl.TryRead(url, out var address))
                Add("lmstudio", "openai", address, null, "LMSTUDIO_BASE_URL", ProviderOptions.None with { Server = "lmstudio" });
            else
                mistakes.Add("environment variable LMSTUDIO_BASE_URL: must be an http or https URL such as http://127.0.0.1:1234/v1");
        }

        if (providers.Count > 0 || mistakes.Count > 0)
            return providers;
        if (!BaseUrl.TryRead(Value(EmulatorUrlVariable) ?? DefaultEmulatorUrl, out var emulator))
        {
            mistakes.Add($"environment variable {EmulatorUrlVariable}: {BaseUrl.Rule}");
            return [];
        }

        isLastResort = Value(EmulatorUrlVariable) is null;
        notices.Add($"no provider is configured: all models are the emulator's, at {emulator}");
        return [new ProviderSettings("emulator", "mistral", emulator, SecretReference.OfLiteral("emulator"), PublishesAll: true, Timeouts.Default)];

        string? Value(string name) => environment.TryGetValue(name, out var value) && value.Length > 0 ? value : null;

        SecretReference? Key(string name)
        {
            if (Value(name) is not { } value)
                return null;
            try
            {
                return SecretReference.OfVariable(name, SecretText.OfVariable(name, value));
            }
            catch (SecretException error)
            {
                mistakes.Add(error.Message);
                return null;
            }
        }

        void Add(string name, string dialect, Uri? baseUrl, SecretReference? key, string variable, ProviderOptions? options = null)
        {
            providers.Add(new ProviderSettings(name, dialect, baseUrl, key, PublishesAll: true, Timeouts.Default) { Options = options ?? ProviderOptions.None });
            notices.Add($"provider {name} is on because {variable} is set");
        }
    }
}
