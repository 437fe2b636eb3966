using System.Text;
using System.Text.Json;
using Dragoman.Locales;
using Dragoman.Stores;
using Dragoman.Stores.Ledger;

namespace Dragoman.Administration;

/// <summary><c>ledger/accounts</c>, <c>ledger/leases</c> and <c>ledger/corrections</c>: what is settled, whether it is right, and how it is corrected.</summary>
internal sealed class LedgerResource(Changes changes, ILedgerStore ledger, TimeProvider clock) : IResource
{
    /// <summary>Processes expire the leases of others some time after their end, because clocks differ.</summary>
    private static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(1);

    /// <summary>How often an account is added up again that has changed in the meantime.</summary>
    private const int MostTries = 3;

    public Task<AdminAnswer> HandleAsync(AdminCall call, ReadOnlyMemory<string> path, Rights rights, CancellationToken cancellation)
    {
        if (path.Length != 1)
            throw new RefusedCall(Problem.NotFoundBut(AdministrationText.NoLedgerResource(FreeText.Cut(call.Path))));
        return (path.Span[0], call.Method) switch
        {
            ("accounts", "GET") => AccountsAsync(call, rights, cancellation),
            ("leases", "GET") => LeasesAsync(call, rights, cancellation),
            ("corrections", "POST") => CorrectAsync(call, rights, cancellation),
            ("accounts" or "leases", _) => throw new RefusedCall(Problem.Method(call.Path, call.Method, "GET")),
            ("corrections", _) => throw new RefusedCall(Problem.Method(call.Path, call.Method, "POST")),
            _ => throw new RefusedCall(Problem.NotFoundBut(AdministrationText.NoLedgerResource(FreeText.Cut(call.Path)))),
        };
    }

    private async Task<AdminAnswer> AccountsAsync(AdminCall call, Rights rights, CancellationToken cancellation)
    {
        rights.RequireReader(AdministrationText.TheLedger);
        var mistakes = new List<Mistake>();
        var query = new QueryParameters(call, mistakes);
        var limit = Reads.LimitOf(query);
        var after = query.After();
        var prefix = query.Text("prefix") ?? "";
        if (prefix.Length > 0 && AccountMistake(prefix) is { } mistake)
            mistakes.Add(Mistake.InQuery("prefix", mistake));
        var isVerified = query.Flag("verify");
        query.End();
        var sums = new Dictionary<string, (AccountState State, long Sum)>();
        return await Reads.PageAsync(
            limit,
            async take =>
            {
                var page = await ledger.ListAsync(prefix, after, take, cancellation).ConfigureAwait(false);
                foreach (var account in isVerified ? page.Take(limit) : [])
                    sums.Add(account.Account, await AddUpAsync(account, cancellation).ConfigureAwait(false));
                return page;
            },
            static account => account.Account,
            (writer, account) =>
            {
                if (sums.TryGetValue(account.Account, out var verified))
                    Write(writer, verified.State, verified.Sum);
                else
                    Write(writer, account, null);
            }).ConfigureAwait(false);
    }

    /// <summary>Adds up an account that others may change: a sum is right if the account had it before, afterwards or in between.</summary>
    private async Task<(AccountState State, long Sum)> AddUpAsync(AccountState before, CancellationToken cancellation)
    {
        for (var tries = 1; ; tries++)
        {
            var sum = await ledger.AddUpAsync(before.Account, cancellation).ConfigureAwait(false);
            var after = (await ledger.ReadAsync([before.Account], cancellation).ConfigureAwait(false))[0];
            var (least, most) = (Math.Min(SpentOf(before), SpentOf(after)), Math.Max(SpentOf(before), SpentOf(after)));
            if (sum >= least && sum <= most)
                return (after, SpentOf(after));
            if (tries == MostTries || least == most)
                return (after, sum);
            before = after;
        }
    }

    private async Task<AdminAnswer> LeasesAsync(AdminCall call, Rights rights, CancellationToken cancellation)
    {
        rights.RequireReader(AdministrationText.TheLedger);
        new QueryParameters(call, []).End();
        var leases = await ledger.LeasesAsync(cancellation).ConfigureAwait(false);
        var end = clock.GetUtcNow() - Tolerance;
        return new AdminAnswer(200, StateJson.Of(writer =>
        {
            writer.WriteStartObject();
            writer.WriteStartArray("items"u8);
            foreach (var lease in leases)
            {
                writer.WriteStartObject();
                writer.WriteString("process"u8, lease.Process);
                writer.WriteString("account"u8, lease.Account);
                StateJson.WriteMoney(writer, "reserved", lease.Amount);
                StateJson.WriteMoney(writer, "assumed", lease.Assumed);
                StateJson.WriteTime(writer, "until", lease.Until);
                writer.WriteBoolean("overdue"u8, lease.Amount > 0 && lease.Until < end);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }));
    }

    private Task<AdminAnswer> CorrectAsync(AdminCall call, Rights rights, CancellationToken cancellation)
    {
        rights.RequireAdmin(AdministrationText.CorrectingLedger);
        var request = new ChangeRequest(call);
        var account = request.Body.Required("account", null, AccountMistake);
        var reason = request.Body.Required("reason", null, FreeText.NameMistake);
        var amount = request.Body.Change("amount");
        request.End();
        // The same key has the same operation, so that a repeated request corrects once, also if it was interrupted before its audit entry.
        var operation = IdempotencyRecord.IdOf(call) ?? Guid.NewGuid().ToString("N");
        return changes.MakeAsync(call, async ending =>
        {
            if ((await ledger.ReadAsync([account], ending).ConfigureAwait(false)) is not [var before])
                throw new RefusedCall(Problem.NotFoundBut(AdministrationText.NoListedAccount(FreeText.Cut(account))));
            var after = await ledger.CorrectAsync(new(operation, account, amount, clock.GetUtcNow(), reason), CancellationToken.None).ConfigureAwait(false)
                ?? throw new RefusedCall(Problem.NotFound(AdministrationText.Account(FreeText.Cut(account))));
            var state = StateJson.Of(writer => Write(writer, after, null));
            var made = StateJson.Of(writer =>
            {
                writer.WriteStartObject();
                writer.WriteString("operation"u8, operation);
                StateJson.WriteMoney(writer, "amount", amount);
                writer.WriteString("reason"u8, reason);
                writer.WritePropertyName("account"u8);
                writer.WriteRawValue(state.Span, skipInputValidation: true);
                writer.WriteEndObject();
            });
            return new PlannedChange(200, made, [], [new("ledger.correct", account, TeamOf(account), StateJson.Of(writer => Write(writer, before, null)), made)]);
        }, cancellation);
    }

    private static void Write(Utf8JsonWriter writer, AccountState account, long? sum)
    {
        writer.WriteStartObject();
        writer.WriteString("id"u8, account.Account);
        StateJson.WriteMoney(writer, "limit", account.Limit);
        StateJson.WriteMoney(writer, "spent", SpentOf(account));
        StateJson.WriteMoney(writer, "assumed", account.Assumed);
        StateJson.WriteMoney(writer, "excess", account.Excess);
        StateJson.WriteMoney(writer, "reserved", account.Leased);
        StateJson.WriteMoney(writer, "left", account.Left);
        if (sum is { } added)
        {
            StateJson.WriteMoney(writer, "addedUp", added);
            StateJson.WriteMoney(writer, "difference", added - SpentOf(account));
        }

        writer.WriteEndObject();
    }

    private static long SpentOf(AccountState account) => account.Settled + account.Excess;

    private static Wording? AccountMistake(string text) =>
        text.Length > 0 && Encoding.UTF8.GetByteCount(text) <= StoreLimits.LongestId && !text.Any(static letter => char.IsControl(letter) || char.IsSurrogate(letter))
            ? null
            : MistakeText.NoAccount(StoreLimits.LongestId);

    /// <summary>The team of an account, for the readers of the audit log; null if its id does not tell.</summary>
    private static string? TeamOf(string account) => account.Split(':') switch
    {
        ["team", var team, ..] => team,
        ["user", var user, ..] => user.Split('/')[0],
        _ => null,
    };
}
