using System.Globalization;
using Dragoman.Functional.Tests.Harness;
using Xunit;

namespace Dragoman.Functional.Tests.Load;

/// <summary>A sidecar in front of the emulator's providers. Its guard detects large work on its socket thread.</summary>
public sealed class LoadDeployment : IAsyncLifetime
{
    private readonly string directory = Directory.CreateTempSubdirectory("dragoman-test-").FullName;

    internal DragomanProcess Emulator { get; private set; } = null!;

    internal DragomanProcess Sidecar { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Emulator = await DragomanProcess.StartAsync("emulator", directory);
        Sidecar = await StartAsync("{}");
    }

    public async Task DisposeAsync()
    {
        await Sidecar.DisposeAsync();
        await Emulator.DisposeAsync();
        Directory.Delete(directory, recursive: true);
    }

    /// <summary>Starts a separate sidecar for a test.</summary>
    /// <param name="limits">JSON of the member <c>limits</c>.</param>
    /// <param name="more">Further providers' entries.</param>
    internal async Task<DragomanProcess> StartAsync(string limits, params IEnumerable<string> more)
    {
        var file = Path.Combine(directory, $"gateway-{Guid.NewGuid():N}.json");
        var providers = ProviderDialect.All.Select(provider => provider.Entry(provider.Name, Emulator.Address)).Concat(more);
        await File.WriteAllTextAsync(file, $$"""{ "providers": { {{string.Join(", ", providers)}} }, "limits": {{limits}} }""");
        return await DragomanProcess.StartAsync("sidecar", directory, new Dictionary<string, string?>
        {
            ["DRAGOMAN_CONFIG"] = file,
            ["SOCKET_THREAD_GUARD"] = "1",
        });
    }

    /// <summary>The CPU time of the sidecar's threads with this name.</summary>
    internal static TimeSpan CpuOf(DragomanProcess process, string thread) => TimeSpan.FromMilliseconds(
        ThreadsOf(process).Where(one => one.Name == thread).Sum(one => one.Ticks) * 10);

    /// <summary>The names of the threads and their CPU ticks. Linux has a hundred ticks per second.</summary>
    internal static IReadOnlyList<(string Name, long Ticks)> ThreadsOf(DragomanProcess process) =>
    [
        .. Directory.GetDirectories($"/proc/{process.Id}/task").Select(task => File.ReadAllText(Path.Combine(task, "stat"))).Select(stat =>
        {
            var end = stat.LastIndexOf(')');
            var fields = stat[(end + 2)..].Split(' ');
            return (stat[(stat.IndexOf('(', StringComparison.Ordinal) + 1)..end], long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture));
        }),
    ];
}

/// <summary>These tests run alone, so that they measure only the sidecar.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class LoadTests : ICollectionFixture<LoadDeployment>
{
    public const string Name = "load";
}
