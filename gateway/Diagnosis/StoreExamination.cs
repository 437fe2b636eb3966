using System.Globalization;
using Dragoman.Stores;

namespace Dragoman.Diagnosis;

/// <summary>Reads and writes the store, and compares its clock.</summary>
internal sealed class StoreExamination(StoreConnection? connection, DoctorOptions options, TimeProvider clock)
{
    private const string Subject = "store";

    /// <summary>A kind whose documents are in no feed, so that no process reads what the examination writes.</summary>
    private const string Kind = "lease-doctor";

    /// <summary>Leases and limits of all processes are compared with the clock of each.</summary>
    private static readonly TimeSpan MostSkew = TimeSpan.FromSeconds(2);

    public async Task<IReadOnlyList<Finding>> RunAsync(CancellationToken cancellation)
    {
        if (connection is null)
            return [new(Subject, "connection", FindingState.Skipped, "no store is configured; open access needs none")];
        var store = connection.Open();
        await using (store.ConfigureAwait(false))
        {
            var findings = new List<Finding>();
            if (await TryAsync("reachable", async ending =>
            {
                await store.CheckAsync(ending).ConfigureAwait(false);
                return new Finding(Subject, "reachable", FindingState.Good, $"{connection} answers, and its schema is the one of this release");
            }).ConfigureAwait(false))
            {
                await TryAsync("writable", ending => WriteAsync(store, ending)).ConfigureAwait(false);
                await TryAsync("ledger", ReadLedgerAsync).ConfigureAwait(false);
                await TryAsync("clock", ending => CompareClockAsync(store, ending)).ConfigureAwait(false);
            }

            return findings;

            async Task<bool> TryAsync(string check, Func<CancellationToken, Task<Finding>> step)
            {
                try
                {
                    findings.Add(await Patience.RunAsync(options.Patience, step, cancellation).ConfigureAwait(false));
                    return true;
                }
                catch (StoreSchemaException error)
                {
                    findings.Add(new(Subject, check, FindingState.Failed, error.Message, "run the release that the other processes run, here and everywhere"));
                }
                catch (StoreUnavailableException error)
                {
                    findings.Add(new(Subject, check, FindingState.Failed, error.Message, "check that the server runs, that this machine reaches it, and what the user of /store/connection may do"));
                }
                catch (TimeoutException error)
                {
                    findings.Add(new(Subject, check, FindingState.Failed, $"{connection}: {error.Message}", "check the host of /store/connection and the firewalls on the way"));
                }

                return false;
            }
        }
    }

    private static async Task<Finding> WriteAsync(IDocumentStore store, CancellationToken ending)
    {
        var id = Guid.NewGuid().ToString("N");
        await store.WriteAsync(Write.Repeatable(DocumentWrite.Put(Kind, id, "{}"u8.ToArray(), WriteCondition.Absent)), ending).ConfigureAwait(false);
        if (await store.GetAsync(Kind, id, ending).ConfigureAwait(false) is not { } written)
            return new(Subject, "writable", FindingState.Failed, "what was written cannot be read", "check that the server is the primary one and no replica");
        await store.WriteAsync(Write.Repeatable(DocumentWrite.Delete(Kind, id, WriteCondition.HasVersion(written.Version))), ending).ConfigureAwait(false);
        return new(Subject, "writable", FindingState.Good, "a document was written, read and deleted");
    }

    private async Task<Finding> ReadLedgerAsync(CancellationToken ending)
    {
        var ledger = connection!.OpenLedger();
        await using (ledger.ConfigureAwait(false))
        {
            var leases = await ledger.LeasesAsync(ending).ConfigureAwait(false);
            return new(Subject, "ledger", FindingState.Good, string.Create(CultureInfo.InvariantCulture, $"the ledger of budgets can be read; {leases.Count} reservations are held"));
        }
    }

    private async Task<Finding> CompareClockAsync(IDocumentStore store, CancellationToken ending)
    {
        var before = clock.GetUtcNow();
        if (await store.ReadClockAsync(ending).ConfigureAwait(false) is not { } theirs)
            return new(Subject, "clock", FindingState.Skipped, "the store has no clock of its own");
        // The server has looked at its clock at some time between the two.
        var skew = theirs - (before + ((clock.GetUtcNow() - before) / 2));
        var found = string.Create(CultureInfo.InvariantCulture, $"the server's clock differs by {Math.Abs(skew.TotalSeconds):0.0} s");
        return skew.Duration() <= MostSkew
            ? new(Subject, "clock", FindingState.Good, found)
            : new(Subject, "clock", FindingState.Warning, found, "synchronize the clocks of all machines (NTP): budgets begin and leases end by them");
    }
}
