using System.Globalization;
using System.Text.RegularExpressions;
using Dragoman.Functional.Tests.Harness;
using Xunit;

namespace Dragoman.Functional.Tests.Faults;

/// <summary>
/// The sidecar with the emulator behind a fault proxy, once for all tests of faults. Each provider is configured under its
/// own name, as <c>impatient-NAME</c> with a short timeout for each event, and as <c>hasty-NAME</c> with a short timeout for
/// the whole answer.
/// </summary>
public sealed partial class FaultDeployment : IAsyncLifetime
{
    /// <summary>The number of concurrent requests of one test.</summary>
    public const int Parallelism = 16;

    private string directory = null!;
    private string configuration = null!;

    internal DragomanProcess Emulator { get; private set; } = null!;

    internal FaultProxy Proxy { get; private set; } = null!;

    internal DeafServer DeafServer { get; private set; } = null!;

    internal DragomanProcess Sidecar { get; private set; } = null!;

    internal DragomanProcess Functions { get; private set; } = null!;

    internal NginxFrontDoor Door { get; private set; } = null!;

    /// <summary>The output of sidecar and functions.</summary>
    internal IEnumerable<string> Lines => Sidecar.Lines.Concat(Functions.Lines);

    /// <summary>All client dialects with all provider dialects.</summary>
    internal static IEnumerable<(ClientDialect Client, ProviderDialect Provider)> Pairs =>
        ClientDialect.All.SelectMany(client => ProviderDialect.All.Select(provider => (client, provider)));

    public async Task InitializeAsync()
    {
        directory = Directory.CreateTempSubdirectory("dragoman-test-").FullName;
        Emulator = await DragomanProcess.StartAsync("emulator", directory);
        Proxy = new FaultProxy(Emulator.Address);
        DeafServer = await DeafServer.StartAsync();
        var providers = ProviderDialect.All.Select(provider => provider.Entry(provider.Name, Proxy.Address))
            .Concat(ProviderDialect.All.Select(provider => provider.Entry(
                $"impatient-{provider.Name}", Proxy.Address, """{ "firstEventSeconds": 0.3, "idleSeconds": 0.3 }""")))
            .Concat(ProviderDialect.All.Select(provider => provider.Entry($"hasty-{provider.Name}", Proxy.Address, """{ "totalSeconds": 0.7 }""")))
            .Append(ProviderDialect.Of("mistral").Entry("healthy", Emulator.Address))
            .Append(ProviderDialect.Of("compatible").Entry("deaf", DeafServer.Address, """{ "connectSeconds": 0.3 }"""));
        var models = ProviderDialect.All.Select(provider =>
            $$"""
            "fallback-{{provider.Name}}": { "targets": [ { "provider": "{{provider.Name}}", "model": "{{provider.Model}}" }, { "provider": "healthy", "model": "mistral-small-latest" } ] }
            """);
        configuration = $$"""{ "providers": { {{string.Join(", ", providers)}} }, "models": { {{string.Join(", ", models)}} }, "limits": LIMITS }""";
        Sidecar = await StartAsync("sidecar", "{}");
        Functions = await StartAsync("functions", "{}");
        Door = await NginxFrontDoor.StartAsync(Sidecar.Address.Authority, Functions.Address.Authority);
    }

    /// <summary>Starts a separate process with other limits for a test.</summary>
    /// <param name="name"><c>sidecar</c> or <c>functions</c>.</param>
    /// <param name="limits">JSON of the member <c>limits</c>.</param>
    /// <param name="heapLimit">The limit of the process's heap in bytes, so that a failing test does not exhaust the machine.</param>
    internal async Task<DragomanProcess> StartAsync(string name, string limits, int? heapLimit = null)
    {
        var file = Path.Combine(directory, $"gateway-{Guid.NewGuid():N}.json");
        await File.WriteAllTextAsync(file, configuration.Replace("LIMITS", limits, StringComparison.Ordinal));
        return await DragomanProcess.StartAsync(name, directory, new Dictionary<string, string?>
        {
            ["DRAGOMAN_CONFIG"] = file,
            ["DOTNET_GCHeapHardLimit"] = heapLimit?.ToString("x", CultureInfo.InvariantCulture),
        });
    }

    public async Task DisposeAsync()
    {
        await Door.DisposeAsync();
        await Functions.DisposeAsync();
        await Sidecar.DisposeAsync();
        await Proxy.DisposeAsync();
        DeafServer.Dispose();
        await Emulator.DisposeAsync();
        Directory.Delete(directory, recursive: true);
    }

    /// <summary>Requests a text through a passage, from the sidecar or another process.</summary>
    internal async Task<ClientAnswer> AskAsync(ClientDialect client, string model, Passage passage, bool stream, DragomanProcess? process = null)
    {
        using var request = client.Ask(model, $"Say {passage.Marker}", stream);
        using var answer = await (process ?? Sidecar).Client.SendAsync(request);
        return new ClientAnswer((int)answer.StatusCode, answer.RequestId(), await answer.Content.ReadAsStringAsync());
    }

    /// <inheritdoc cref="AskAsync(ClientDialect, string, Passage, bool, DragomanProcess)"/>
    internal Task<ClientAnswer> AskAsync(ClientDialect client, ProviderDialect provider, Passage passage, bool stream) =>
        AskAsync(client, $"{provider.Name}/{provider.Model}", passage, stream);

    /// <summary>The provider's bytes and the client's answer for a request without faults.</summary>
    internal async Task<(byte[] Bytes, ClientAnswer Answer)> AskUndisturbedAsync(ClientDialect client, ProviderDialect provider, string? behavior, bool stream)
    {
        var passage = Proxy.Plan(FaultPlan.None with { Behavior = behavior });
        var answer = await AskAsync(client, provider, passage, stream);
        if (client.Judge(answer, stream).Ending != Ending.Good)
            throw new InvalidOperationException($"{client.Name} from {provider.Name}: {answer.Status} {answer.Text}");
        var exchange = Assert.Single(passage.Exchanges);
        await Eventually.HoldsAsync(() => exchange.IsWhole, () => "the answer never became whole");
        return (exchange.Recorded, answer);
    }

    /// <summary>The log lines that settled the requests, in any order.</summary>
    internal async Task<IReadOnlyList<string>> SettlementsAsync(IReadOnlyCollection<string> requestIds)
    {
        IReadOnlyList<string> settled = [];
        var wanted = requestIds.ToHashSet();
        await Eventually.HoldsAsync(
            () => (settled = [.. Sidecar.Lines.Where(line => Settled().Match(line) is { Success: true } match && wanted.Contains(match.Groups[1].Value))]).Count == wanted.Count,
            () => $"only {settled.Count} of {wanted.Count} requests were settled");
        return settled;
    }

    internal static Task AllAsync<T>(IEnumerable<T> cases, Func<T, Task> check) =>
        Parallel.ForEachAsync(cases, new ParallelOptions { MaxDegreeOfParallelism = Parallelism }, async (each, _) => await check(each));

    /// <summary>An answer's text without what differs from one to the next: ids, times, durations.</summary>
    internal static string Comparable(string text) => Passing().Replace(text, "\"$1\":0");

    [GeneratedRegex("settled ([^ ]+) ")]
    private static partial Regex Settled();

    [GeneratedRegex("""(?<!\\)"(id|item_id|request_id|response_id|call_id|created|created_at|completed_at|total_duration|load_duration|prompt_eval_duration|eval_duration)":("[^"]*"|[0-9.]+)""")]
    private static partial Regex Passing();
}

[CollectionDefinition(Name)]
public sealed class FaultTests : ICollectionFixture<FaultDeployment>
{
    public const string Name = "faults";
}
