using System.Text.Json;
using Dragoman.Access;
using Dragoman.Locales;
using Dragoman.Stores;
using Dragoman.Stores.Ledger;

namespace Dragoman.Administration;

/// <summary>
/// <c>requests/ID</c>: what a request did cost, try by try. Every caller may ask for the own requests. Whoever reads a team may ask for
/// those of the team. A request of others looks like one that does not exist.
/// </summary>
/// <param name="ledger">The store of the ledger.</param>
/// <param name="findUnsent">What this process has not told the store yet.</param>
internal sealed class RequestResource(ILedgerStore ledger, Func<string, IReadOnlyList<LedgerEntry>> findUnsent) : IResource
{
    public async Task<AdminAnswer> HandleAsync(AdminCall call, ReadOnlyMemory<string> path, Rights rights, CancellationToken cancellation)
    {
        if (path.Length != 1)
            throw new RefusedCall(Problem.NotFound(AdministrationText.Resource(FreeText.Cut(call.Path))));
        if (call.Method != "GET")
            throw new RefusedCall(Problem.Method(call.Path, call.Method, "GET"));
        new QueryParameters(call, []).End();
        var id = path.Span[0];
        var caller = call.Actor.Caller;
        var found = await FindAsync(id, cancellation).ConfigureAwait(false);
        var tries = found.Where(entry => MaySee(entry, caller, rights)).OrderBy(entry => entry.At).ThenBy(entry => entry.Attempt).ToList();
        if (tries.Count == 0)
            throw new RefusedCall(Problem.NotFound(AdministrationText.Request(FreeText.Cut(id))));
        return new AdminAnswer(200, StateJson.Of(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("id"u8, id);
            StateJson.WriteMoney(writer, "cost", tries.Aggregate((long?)0, (sum, entry) => sum + entry.Cost));
            writer.WriteStartArray("tries"u8);
            foreach (var entry in tries)
                Write(writer, entry);
            writer.WriteEndArray();
            writer.WriteEndObject();
        }));
    }

    /// <summary>The own requests are those of the same key or of the same user; for a caller without both, those of the team's other ones.</summary>
    private static bool MaySee(LedgerEntry entry, Caller caller, Rights rights)
    {
        if (entry.Team is not { } team)
            return rights.ReadsAll;
        if (rights.MayRead(team))
            return true;
        return team == caller.Team
            && ((caller.Key is not null && entry.Key == caller.Key)
                || (caller.User is not null && entry.User == caller.User)
                || (caller is { Key: null, User: null } && entry is { Key: null, User: null }));
    }

    private static void Write(Utf8JsonWriter writer, LedgerEntry entry)
    {
        writer.WriteStartObject();
        StateJson.WriteTime(writer, "time", entry.At);
        writer.WriteString("team"u8, entry.Team);
        writer.WriteString("key"u8, entry.Key);
        writer.WriteString("user"u8, entry.User);
        writer.WriteString("dialect"u8, entry.Dialect);
        writer.WriteString("model"u8, entry.Model);
        writer.WriteString("provider"u8, entry.Provider);
        writer.WriteString("upstreamModel"u8, entry.Target);
        writer.WriteNumber("status"u8, entry.Status);
        writer.WriteString("outcome"u8, entry.Outcome);
        writer.WriteString("usage"u8, entry.Origin);
        writer.WriteNumber("inputTokens"u8, entry.InputTokens);
        writer.WriteNumber("cacheReadTokens"u8, entry.CacheReadTokens);
        writer.WriteNumber("cacheWriteTokens"u8, entry.CacheWriteTokens);
        writer.WriteNumber("outputTokens"u8, entry.OutputTokens);
        writer.WriteNumber("reasoningTokens"u8, entry.ReasoningTokens);
        StateJson.WriteMoney(writer, "cost", entry.Cost);
        writer.WriteNumber("totalMs"u8, entry.Milliseconds);
        StateJson.WriteTags(writer, entry.Tags);
        writer.WriteEndObject();
    }

    private async Task<IReadOnlyList<LedgerEntry>> FindAsync(string id, CancellationToken cancellation)
    {
        // What is not unsent any more by now is in the store.
        var unsent = findUnsent(id);
        try
        {
            var stored = await ledger.FindAsync(id, cancellation).ConfigureAwait(false);
            // The store may have got what was unsent a moment ago.
            return [.. unsent, .. stored.Where(entry => !unsent.Any(other => IsSame(entry, other)))];
        }
        catch (StoreUnavailableException) when (unsent.Count > 0)
        {
            return unsent;
        }
        catch (ArgumentException)
        {
            // No request has such an id.
            return unsent;
        }
    }

    /// <summary>The store keeps whole milliseconds. A client may give two requests the same id.</summary>
    private static bool IsSame(LedgerEntry stored, LedgerEntry unsent) =>
        (stored.Attempt, stored.Team, stored.Key, stored.At.ToUnixTimeMilliseconds()) == (unsent.Attempt, unsent.Team, unsent.Key, unsent.At.ToUnixTimeMilliseconds());
}
