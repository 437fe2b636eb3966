using System.Text.Json;
using System.Text.RegularExpressions;

namespace Dragoman.Functional.Tests.Sdks;

/// <summary>
/// Writes what was found into the directory that <c>DRAGOMAN_CONFORMANCE_RESULTS</c> names, one file a client, a line a
/// cell, for <c>docs/conformance.md</c>. Without the variable it writes nothing.
/// </summary>
internal sealed partial class ConformanceResults : IDisposable
{
    private readonly string? directory = Environment.GetEnvironmentVariable("DRAGOMAN_CONFORMANCE_RESULTS");
    private readonly Dictionary<string, StreamWriter> files = [];
    private readonly HashSet<(string Client, string Provider, string Feature)> halves = [];

    /// <summary>Keeps what came of a feature in one way; the report has a cell for each way, or one for both together.</summary>
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
