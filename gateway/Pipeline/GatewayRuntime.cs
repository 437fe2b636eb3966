using Dragoman.Access;
using Dragoman.Administration;
using Dragoman.Pipeline.Memory;
using Dragoman.Pipeline.Reload;
using Dragoman.Pipeline.State;
using Dragoman.Secrets;
using Dragoman.Stores;
using Dragoman.Stores.Ledger;
using Microsoft.Extensions.Logging;

namespace Dragoman.Pipeline;

/// <summary>The objects that outlive a request, such as the clock, the snapshot and the memories.</summary>
public sealed class GatewayRuntime : IDisposable
{
    private GatewaySnapshot snapshot;

    /// <param name="snapshot">The configuration that the process runs with; the runtime disposes it.</param>
    /// <param name="clock">The source of all time values.</param>
    /// <param name="loggers">Creates the loggers of the process.</param>
    /// <param name="handsOver">Whether this process may hand requests over to the functions; only the sidecar may.</param>
    /// <param name="access">Decides who may call; null when everybody may.</param>
    /// <param name="store">The store of teams, keys and the audit log; null when there is none.</param>
    /// <param name="ledger">The store of the ledger; null when there is none.</param>
    public GatewayRuntime(
        GatewaySnapshot snapshot, TimeProvider clock, ILoggerFactory loggers, bool handsOver, IAccessPolicy? access = null, IDocumentStore? store = null, ILedgerStore? ledger = null)
    {
        this.snapshot = snapshot;
        snapshot.Tokens.Logger = loggers.CreateLogger("Dragoman.Identity");
        Access = access ?? new OpenAccess();
        Store = store;
        Administration = store is null || ledger is null ? null : new AdminApi(store, ledger, clock, Access.FindUnsent);
        Clock = clock;
        VaultListener = Secrets = snapshot.Secrets;
        Secrets.Logger = loggers.CreateLogger("Dragoman.Secrets");
        SettlementLogger = loggers.CreateLogger("Dragoman.Settlement");
        VaultLogger = loggers.CreateLogger("Dragoman.Vault");
        HandsOver = handsOver;
        Drain = new Drain(clock);
        RecentModels = new RecentModels(clock);
        ReasoningMemory = new ReasoningMemory(clock);
        Memory = new MemoryBudget(MemoryBudget.CapacityFor(snapshot.Configuration.Limits.MemoryBytes), clock, () => Drain.Running, ProcessHeap.Instance);
        GatewayMetrics.Observe(Memory);
        if (snapshot.Configuration.Source is { } source)
            Reload = new ConfigurationReload(this, source, clock, loggers.CreateLogger("Dragoman.Configuration"));
    }

    /// <summary>Occurs after another snapshot has become the current one.</summary>
    public event Action<GatewaySnapshot>? Adopted;

    public TimeProvider Clock { get; }

    /// <summary>The store of teams, keys and the audit log; null when there is none.</summary>
    public IDocumentStore? Store { get; }

    /// <summary>Decides who may call.</summary>
    public IAccessPolicy Access { get; }

    /// <summary>Receives one line for each settled request.</summary>
    public ILogger SettlementLogger { get; }

    /// <summary>Receives what a vault tells about its secrets.</summary>
    public ILogger VaultLogger { get; }

    public bool HandsOver { get; }

    public Drain Drain { get; }

    /// <summary>Whether nginx has reported that another process answers the requests that this one does not accept.</summary>
    public bool HasSiblings { get; internal set; }

    public RecentModels RecentModels { get; }

    public ReasoningMemory ReasoningMemory { get; }

    public MemoryBudget Memory { get; }

    /// <summary>Tells those who watch about each settled request.</summary>
    public RequestFeed RequestFeed { get; } = new();

    /// <summary>The administration of teams, keys and users; null when there is no store.</summary>
    public AdminApi? Administration { get; set; }

    /// <summary>Is told when a vault has a new version of a secret: the secrets of the process.</summary>
    internal IVaultListener VaultListener { get; set; }

    /// <summary>The secrets of the process, which outlive a snapshot.</summary>
    public SecretStore Secrets { get; }

    /// <summary>The current snapshot. Whoever uses its connections holds it: <see cref="HoldSnapshot"/>.</summary>
    public GatewaySnapshot Snapshot => Volatile.Read(ref snapshot);

    /// <summary>Reads the configuration again; null if it was not read from files.</summary>
    public ConfigurationReload? Reload { get; }

    /// <summary>The current snapshot, which does not end before it is released.</summary>
    public GatewaySnapshot HoldSnapshot()
    {
        while (true)
        {
            var current = Snapshot;
            // One that has ended meanwhile is not the current one any more.
            if (current.TryHold())
                return current;
        }
    }

    /// <summary>Makes a snapshot the current one, for all requests that begin from now on.</summary>
    internal void Adopt(GatewaySnapshot next)
    {
        Access.Adopt(next.Configuration.Access, next.Spending);
        Interlocked.Exchange(ref snapshot, next).Release();
        Adopted?.Invoke(next);
    }

    public void Dispose()
    {
        Memory.Dispose();
        Drain.Dispose();
        Reload?.Dispose();
        Snapshot.Dispose();
        Secrets.Dispose();
    }
}
