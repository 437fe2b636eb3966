using System.Text.Json;
using Dragoman.Functional.Tests.Harness;

namespace Dragoman.Functional.Tests.Sdks;

/// <summary>The providers and models that all conformance tests share: <c>tests/conformance</c>.</summary>
internal static class Conformance
{
    private static readonly JsonElement Models = Read("models.json");

    public static IReadOnlyList<string> ProviderNames { get; } = [.. Models.EnumerateObject().Select(provider => provider.Name)];

    /// <summary>The names of the features in the report.</summary>
    public static IReadOnlyList<string> Features { get; } = [.. Read("features.json").EnumerateArray().Select(feature => feature.GetString()!)];

    /// <summary>The gateway's configuration, given the address of the emulator.</summary>
    public static string Providers(Uri emulator) =>
        File.ReadAllText(PathOf("providers.json")).Replace("EMULATOR", emulator.AbsoluteUri.TrimEnd('/'), StringComparison.Ordinal);

    /// <summary>
    /// <c>provider/model</c> of a kind (<c>chat</c>, <c>reasoning</c> or <c>embedding</c>); null when the provider has none.
    /// </summary>
    public static string? Model(string provider, string kind) =>
        Models.GetProperty(provider).TryGetProperty(kind, out var model) ? $"{provider}/{model.GetString()}" : null;

    private static JsonElement Read(string file) => JsonElement.Parse(File.ReadAllText(PathOf(file)));

    private static string PathOf(string file) => Path.Combine(Repository.Root, "tests", "conformance", file);
}
