using Dragoman.Access.Directory;
using Dragoman.Stores;
using Dragoman.Stores.Ledger;
using Microsoft.Data.Sqlite;

namespace Dragoman.Gateway.Tests.Administration;

public sealed class LedgerResourceTests : IAsyncDisposable
{
    private const string Account = "team:red:month:2026-01-01";

    private readonly BeforeWrite before = new();
    private readonly AdminUnderTest admin;

    public LedgerResourceTests() => admin = new(before.Of);

    public ValueTask DisposeAsync() => admin.DisposeAsync();

    [Fact]
    public async Task Accounts_are_listed_and_added_up()
    {
        await SettleAsync(1, 20_000_000_000_000, 5_000_000_000_000);
        Assert.Equal(
            $$"""[{"id":"{{Account}}","limit":100,"spent":20,"assumed":0,"excess":0,"reserved":5,"left":75}]""",
            (await admin.DoneAsync("GET", "ledger/accounts?prefix=team:")).GetProperty("items").GetRawText());
        Assert.Equal(0, (await admin.DoneAsync("GET", "ledger/accounts?prefix=user:")).GetProperty("items").GetArrayLength());
        Assert.Equal(("20", "0"), await VerifiedAsync());

        Execute("UPDATE ledger_accounts SET settled = settled - 1000000000000");
        Assert.Equal(("20", "1"), await VerifiedAsync());
    }

    [Fact]
    public async Task A_correction_is_made_once_and_audited()
    {
        await SettleAsync(1, 20_000_000_000_000, 0);
        const string Body = $$"""{"account":"{{Account}}","amount":-2.5,"reason":"Refunded."}""";
        var first = await admin.CallAsync("POST", "ledger/corrections", Body, idempotencyKey: "once");
        var second = await admin.CallAsync("POST", "ledger/corrections", Body, idempotencyKey: "once");
        Assert.Equal((200, false, true), (first.Status, first.IsReplay, second.IsReplay));
        Assert.Equal(AdminUnderTest.Text(first), AdminUnderTest.Text(second));
        Assert.Equal(17.5m, AdminUnderTest.Json(first).GetProperty("account").GetProperty("spent").GetDecimal());
        Assert.Equal(422, (await admin.CallAsync("POST", "ledger/corrections", Body.Replace("2.5", "3"), idempotencyKey: "once")).Status);
        await admin.DoneAsync("POST", "ledger/corrections", $$"""{"account":"{{Account}}","amount":1,"reason":"Forgotten."}""");

        Assert.Equal(("18.5", "0"), await VerifiedAsync());
        var log = (await admin.DoneAsync("GET", "audit?team=red")).GetProperty("items").EnumerateArray().ToList();
        Assert.Equal(["Refunded.", "Forgotten."], log.Select(entry => entry.GetProperty("after").GetProperty("reason").GetString()));
        Assert.Equal(("ledger.correct", Account, 20m), (log[0].GetProperty("action").GetString(), log[0].GetProperty("target").GetProperty("id").GetString(), log[0].GetProperty("before").GetProperty("spent").GetDecimal()));
        Assert.Equal(-1.5m, (await admin.DoneAsync("GET", "usage?by=origin&origin=correction")).GetProperty("items")[0].GetProperty("adjustments").GetDecimal());
    }

    [Fact]
    public async Task A_correction_whose_audit_entry_was_lost_is_not_made_twice()
    {
        await SettleAsync(1, 20_000_000_000_000, 0);
        const string Body = $$"""{"account":"{{Account}}","amount":-2.5,"reason":"Refunded."}""";
        before.Always = _ => throw new StoreUnavailableException("It is away.");
        Assert.Equal(503, (await admin.CallAsync("POST", "ledger/corrections", Body, idempotencyKey: "once")).Status);
        before.Always = null;
        Assert.Equal(17.5m, AdminUnderTest.Json(await admin.CallAsync("POST", "ledger/corrections", Body, idempotencyKey: "once")).GetProperty("account").GetProperty("spent").GetDecimal());
        Assert.Equal([$"ledger.correct {Account}"], await admin.AuditAsync());
    }

    [Theory]
    [InlineData("""{"account":"team:red:month:2026-01-01","amount":0,"reason":"r"}""", 400, "amount must be US dollars from -4000000 to 4000000 with at most 12 decimals, but not 0")]
    [InlineData("""{"account":"team:red:month:2026-01-01","reason":"r"}""", 400, "amount must be US dollars")]
    [InlineData("""{"account":"team:red:month:2026-01-01","amount":1e-13,"reason":"r"}""", 400, "amount must be US dollars")]
    [InlineData("""{"account":"team:red:month:2026-01-01","amount":1}""", 400, "reason is required")]
    [InlineData("""{"account":"","amount":1,"reason":"r"}""", 400, "account must be the id of an account")]
    [InlineData("""{"account":"team:blue:total","amount":1,"reason":"r"}""", 404, "There is no account team:blue:total; ledger/accounts lists them")]
    public async Task A_mistake_corrects_nothing(string body, int status, string message)
    {
        await SettleAsync(1, 20_000_000_000_000, 0);
        Assert.Contains(message, (await admin.RefusedAsync(status, "POST", "ledger/corrections", body)).GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal(("20", "0"), await VerifiedAsync());
        Assert.Empty(await admin.AuditAsync());
    }

    [Fact]
    public async Task Reservations_that_nobody_has_settled_are_overdue_after_a_minute()
    {
        await SettleAsync(1, 0, 5_000_000_000_000);
        Assert.Equal([false], await OverdueAsync());
        admin.Clock.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal([false], await OverdueAsync());
        admin.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal([true], await OverdueAsync());
        await admin.Ledger.ExpireAsync(admin.Clock.GetUtcNow());
        Assert.Equal([false], await OverdueAsync());
    }

    [Fact]
    public async Task Only_administrators_correct_and_only_readers_of_everything_read()
    {
        var lead = AdminUnderTest.Of("red", "ann", Role.Lead);
        await admin.RefusedAsync(403, "GET", "ledger/accounts", actor: lead);
        await admin.RefusedAsync(403, "GET", "ledger/leases", actor: lead);
        var auditor = AdminUnderTest.Of("red", "ann", Role.Auditor);
        await admin.DoneAsync("GET", "ledger/accounts", actor: auditor);
        await admin.RefusedAsync(403, "POST", "ledger/corrections", $$"""{"account":"{{Account}}","amount":1,"reason":"r"}""", auditor);
        await admin.RefusedAsync(404, "GET", "ledger");
        await admin.RefusedAsync(404, "GET", "ledger/entries");
        await admin.RefusedAsync(405, "POST", "ledger/accounts");
        await admin.RefusedAsync(405, "GET", "ledger/corrections");
    }

    private Task<LedgerAnswer> SettleAsync(long number, long settled, long wanted) => admin.Ledger.ExchangeAsync(new("p", number, admin.Clock.GetUtcNow(), [new(Account, 100_000_000_000_000, settled, wanted)], settled == 0 ? [] : [new LedgerEntry
    {
        RequestId = "r",
        At = admin.Clock.GetUtcNow(),
        Accounts = [Account],
        Cost = settled,
        Model = "m",
        Dialect = "ollama",
        Outcome = "completed",
        Origin = "reported",
    }]));

    private async Task<(string AddedUp, string Difference)> VerifiedAsync()
    {
        var account = (await admin.DoneAsync("GET", "ledger/accounts?verify=true")).GetProperty("items")[0];
        return (account.GetProperty("addedUp").GetRawText(), account.GetProperty("difference").GetRawText());
    }

    private async Task<IEnumerable<bool>> OverdueAsync() =>
        (await admin.DoneAsync("GET", "ledger/leases")).GetProperty("items").EnumerateArray().Select(lease => lease.GetProperty("overdue").GetBoolean());

    private void Execute(string statement)
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(admin.Folder, "store.db")};Pooling=false");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = statement;
        command.ExecuteNonQuery();
    }
}
