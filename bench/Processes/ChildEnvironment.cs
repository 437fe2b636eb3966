using System.Diagnostics;

namespace Dragoman.Bench.Processes;

/// <summary>The environment of the measured processes: this process's, without anything that configures a real provider.</summary>
internal static class ChildEnvironment
{
    private static readonly string[] ProviderVariables =
        ["OPENAI_API_KEY", "MISTRAL_API_KEY", "LMSTUDIO_BASE_URL", "AZURE_OPENAI_ENDPOINT", "ANTHROPIC_API_KEY", "GEMINI_API_KEY"];

    public static void Apply(ProcessStartInfo start, Dictionary<string, string> values)
    {
        foreach (var name in start.Environment.Keys.ToArray())
        {
            if (name.StartsWith("DRAGOMAN", StringComparison.OrdinalIgnoreCase) || ProviderVariables.Contains(name))
                start.Environment.Remove(name);
        }

        foreach (var (name, value) in values)
            start.Environment[name] = value;
    }
}
