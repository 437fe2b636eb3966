using System.Globalization;
using Dragoman.Functional.Tests.Harness;

namespace Dragoman.Storm;

/// <summary>A gateway at an address of its own, whose process is killed and started again.</summary>
/// <param name="folder">The folder in which it runs.</param>
/// <param name="configuration">The file of its configuration.</param>
/// <param name="journal">The folder of its journal.</param>
internal sealed class Gateway(string folder, string configuration, string journal) : IAsyncDisposable
{
    private DragomanProcess? process;
    private HttpClient? client;

    /// <summary>Whether its journal is lost whenever it is killed, as that of a container without a disk.</summary>
    public bool LosesJournal { get; init; }

    /// <summary>Where it answers, also after it was started again.</summary>
    public Uri Address { get; private set; } = null!;

    /// <summary>A client that outlives the process.</summary>
    public HttpClient Client => client!;

    /// <summary>The life of the process that runs now.</summary>
    public GatewayRun Run { get; private set; } = new();

    /// <summary>What its processes have logged as warnings and errors.</summary>
    public List<string> Complaints { get; } = [];

    public async Task StartAsync()
    {
        var environment = new Dictionary<string, string?>
        {
            ["DRAGOMAN_CONFIG"] = configuration,
            ["DRAGOMAN__budgets__journal"] = journal,
            [DragomanProcess.PortVariable("sidecar")] = (client is null ? 0 : Address.Port).ToString(CultureInfo.InvariantCulture),
        };
        process = await DragomanProcess.StartAsync("sidecar", folder, environment);
        Address = process.Address;
        client ??= PlainHttpClient.For(Address);
        Run = new();
    }

    /// <summary>Kills the process as SIGKILL does, and starts it again.</summary>
    public async Task KillAsync()
    {
        Run.Kill(LosesJournal);
        await process!.KillAsync();
        await EndAsync();
        if (LosesJournal && Directory.Exists(journal))
            Directory.Delete(journal, recursive: true);
        await StartAsync();
    }

    /// <summary>Asks the process to end, and returns its exit code.</summary>
    public async Task<int> StopAsync()
    {
        if (process is null)
            return 0;
        var code = await process.TerminateAsync();
        await EndAsync();
        return code;
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        client?.Dispose();
    }

    private async Task EndAsync()
    {
        if (process is null)
            return;
        Complaints.AddRange(process.Lines.Where(line => !line.Contains("info", StringComparison.Ordinal) && !line.Contains("settled", StringComparison.Ordinal)));
        await process.DisposeAsync();
        process = null;
    }
}
