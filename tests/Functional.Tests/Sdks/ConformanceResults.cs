using System.Text.Json;
using System.Text.RegularExpressions;

namespace Dragoman.Functional.Tests.Sdks;

/// <summary>
/// Writes the results for <c>docs/conformance.md</c> into the directory that <c>DRAGOMAN_CONFORMANCE_RESULTS</c> names: one file
/// for each client, with one line for each cell. Writes nothing when the variable is not set.
/// </summary>
internal sealed partial class ConformanceResults : IDisposable
{
    private readonly string? directory = Environment.GetEnvironmentVariable("DRAGOMAN_CONFORMANCE_RESULTS");
    private readonly Dictionary<string, StreamWriter> files = [];
    private readonly HashSet<(string Client, string Provider, string Feature)> halves = [];

    /// <summary>Records the result of a feature, streamed or not. The report has a cell for each of both, or one cell for both together.</summary>
    public void Add(ISdk sdk, string provider, string feature, bool streamed, Expectation outcome)
    {
        if (Conformance.Features.Contains($"{feature}, streamed"))
            Add(sdk, provider, streamed ? $"{feature}, streamed" : feature, outcome);
        else if (!this.halves.Add((sdk.Name, provider, feature)))
            Add(sdk, provider, feature, outcome);
    }

    public void Add(ISdk sdk, string provider, string feature, Expectation outcome)
    {
        if (string.IsNullOrEmpty(this.directory))
            return;
        if (!this.files.TryGetValue(sdk.Name, out var file))
        {
            Directory.CreateDirectory(this.directory);
            var name = NotOfAName().Replace(sdk.Name.ToLowerInvariant(), "-").Trim('-');
            this.files[sdk.Name] = file = new StreamWriter(Path.Combine(this.directory, $"{name}.jsonl"));
        }
        file.WriteLine(JsonSerializer.Serialize(
            new { client = sdk.Name, clientVersion = sdk.Version, provider, feature, result = outcome.Result }));
    }

    public void Dispose()
    {
        foreach (var file in this.files.Values)
            file.Dispose();
    }

    [GeneratedRegex("[^a-z0-9]+")]
    private static partial Regex NotOfAName();
}
