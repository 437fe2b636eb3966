using Dragoman.Locales;
using Dragoman.Stores;
using Dragoman.Stores.Ledger;

namespace Dragoman.Administration;

/// <summary>
/// The administration API without HTTP: teams, keys, users, their limits and the audit log, over the store. The sidecar serves it
/// under <c>/dragoman/</c>, and the command line runs it in its own process. All members may be called concurrently.
/// </summary>
public sealed class AdminApi
{
    /// <summary>The largest body in bytes.</summary>
    public const int LargestBody = 64 * 1024;

    private readonly Dictionary<string, IResource> resources;

    /// <param name="store">The store; it is not disposed.</param>
    /// <param name="ledger">The store of the ledger; it is not disposed.</param>
    /// <param name="clock">The source of all times.</param>
    /// <param name="findUnsent">What the process has settled of a request and not told the store yet; null if it settles nothing.</param>
    public AdminApi(IDocumentStore store, ILedgerStore ledger, TimeProvider clock, Func<string, IReadOnlyList<LedgerEntry>>? findUnsent = null)
    {
        var records = new Records(store);
        var changes = new Changes(store, clock);
        var leavings = new Leavings(records, changes, clock);
        resources = new(StringComparer.Ordinal)
        {
            ["organization"] = new OrganizationResource(records, changes),
            ["teams"] = new TeamResource(records, changes, leavings, clock),
            ["keys"] = new KeyResource(records, changes, clock),
            ["users"] = new UserResource(records, changes, leavings, clock),
            ["roles"] = new RoleResource(),
            ["limits"] = new LimitResource(records),
            ["budgets"] = new BudgetResource(records, ledger, clock),
            ["requests"] = new RequestResource(ledger, findUnsent ?? (static _ => [])),
            ["usage"] = new UsageResource(ledger, clock),
            ["ledger"] = new LedgerResource(changes, ledger, clock),
            ["audit"] = new AuditResource(store),
            ["whoami"] = new WhoAmIResource(),
        };
    }

    /// <summary>Answers a call. What is wrong with the call, and a store that is away, are answers too.</summary>
    /// <exception cref="OperationCanceledException">The call was canceled before anything was changed.</exception>
    public async Task<AdminAnswer> HandleAsync(AdminCall call, CancellationToken cancellation = default)
    {
        try
        {
            return await RouteAsync(call, cancellation).ConfigureAwait(false);
        }
        catch (RefusedCall refused)
        {
            return refused.Problem.ToAnswer(call);
        }
        catch (StoreUnavailableException)
        {
            return Problem.StoreAway.ToAnswer(call);
        }
        catch (StoreSchemaException)
        {
            return Problem.StoreSchema.ToAnswer(call);
        }
    }

    /// <summary>Answers <c>whoami</c>, the only resource that needs no store.</summary>
    public static AdminAnswer AnswerWhoAmI(AdminCall call)
    {
        try
        {
            return WhoAmIResource.Answer(call);
        }
        catch (RefusedCall refused)
        {
            return refused.Problem.ToAnswer(call);
        }
    }

    private Task<AdminAnswer> RouteAsync(AdminCall call, CancellationToken cancellation)
    {
        var path = call.Path.Split('/');
        if (!resources.TryGetValue(path[0], out var resource))
            throw new RefusedCall(Problem.NotFoundBut(AdministrationText.NoResource(FreeText.Cut(path[0]), string.Join(", ", resources.Keys))));
        if (call.Body.Length > LargestBody)
            throw new RefusedCall(Problem.TooLarge(LargestBody));
        var rights = new Rights(call.Actor);
        if (resource is not (WhoAmIResource or RequestResource))
            rights.RequireRole();
        return resource.HandleAsync(call, path.AsMemory(1), rights, cancellation);
    }
}
