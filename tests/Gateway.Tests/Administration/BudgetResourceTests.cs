using System.Text.Json;
using Dragoman.Access.Directory;
using Dragoman.Stores.Ledger;

namespace Dragoman.Gateway.Tests.Administration;

public sealed class BudgetResourceTests : IAsyncDisposable
{
    private readonly AdminUnderTest admin = AdminUnderTest.Open();

    public ValueTask DisposeAsync() => admin.DisposeAsync();

    [Fact]
    public async Task The_budgets_of_all_scopes_are_shown_with_what_is_left_of_each()
    {
        await admin.DoneAsync("PATCH", "organization", """{"budgets":{"total":1000}}""");
        await admin.DoneAsync("POST", "teams", """{"id":"red","budgets":{"month":100.5},"userBudgets":{"day":2},"timeZone":"Europe/Berlin"}""");
        var key = (await admin.DoneAsync("POST", "keys", """{"team":"red","budgets":{"week":0.000000000001}}""")).GetProperty("id").GetString()!;
        // The clock says 2026-01-02, a Friday.
        await admin.Ledger.ExchangeAsync(new("p", 1, admin.Clock.GetUtcNow().AddMinutes(1), [new("team:red:month:2026-01-01", 100_500_000_000_000, 0, 30_000_000_000_000)], []));
        var entry = new LedgerEntry
        {
            RequestId = "r",
            At = admin.Clock.GetUtcNow(),
            Accounts = ["team:red:month:2026-01-01"],
            Cost = 20_000_000_000_001,
            Model = "m",
            Dialect = "ollama",
            Outcome = "completed",
            Origin = "reported",
        };
        await admin.Ledger.ExchangeAsync(new("p", 2, admin.Clock.GetUtcNow().AddMinutes(1), [new("team:red:month:2026-01-01", 100_500_000_000_000, 20_000_000_000_001, 5_000_000_000_000)], [entry]));

        var shown = await admin.DoneAsync("GET", "budgets?team=red&user=ann", null);
        Assert.Equal(
            """[{"scope":"organization","id":"organization","period":"total","limit":1000,"spent":0,"assumed":0,"reserved":0,"left":1000,"startedAt":null,"resetsAt":null},{"scope":"team","id":"red","period":"month","limit":100.5,"spent":20.000000000001,"assumed":0,"reserved":5,"left":75.499999999999,"startedAt":"2025-12-31T23:00:00Z","resetsAt":"2026-01-31T23:00:00Z"},{"scope":"user","id":"red/ann","period":"day","limit":2,"spent":0,"assumed":0,"reserved":0,"left":2,"startedAt":"2026-01-01T23:00:00Z","resetsAt":"2026-01-02T23:00:00Z"}]""",
            shown.GetProperty("budgets").GetRawText());
        Assert.Equal(("red", "ann", JsonValueKind.Null), (shown.GetProperty("team").GetString(), shown.GetProperty("user").GetString(), shown.GetProperty("key").ValueKind));

        var ofKey = await admin.DoneAsync("GET", "budgets?key=" + key, null);
        Assert.Equal(["organization", "team", "key"], ofKey.GetProperty("budgets").EnumerateArray().Select(budget => budget.GetProperty("scope").GetString()));
        Assert.Equal("0.000000000001", ofKey.GetProperty("budgets")[2].GetProperty("limit").GetRawText());
        Assert.Single((await admin.DoneAsync("GET", "budgets", null)).GetProperty("budgets").EnumerateArray());
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("4000001")]
    [InlineData("0.0000000000001")]
    [InlineData("1e-30")]
    [InlineData("1e40")]
    [InlineData("\"5\"")]
    public async Task An_amount_is_of_dollars_with_at_most_12_decimals(string amount)
    {
        var answer = await admin.CallAsync("POST", "teams", $$"""{"id":"red","budgets":{"month":{{amount}} } }""");
        Assert.Equal(400, answer.Status);
        Assert.Contains("must be US dollars from 0 to 4000000 with at most 12 decimals", AdminUnderTest.Text(answer), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0", 0)]
    [InlineData("0.0", 0)]
    [InlineData("0e5", 0)]
    [InlineData("4000000", 4_000_000_000_000_000_000)]
    [InlineData("1.50", 1_500_000_000_000)]
    [InlineData("2.5e-1", 250_000_000_000)]
    [InlineData("1e-12", 1)]
    public async Task Every_amount_is_kept_to_the_last_digit(string amount, long picodollars)
    {
        await admin.DoneAsync("POST", "teams", $$"""{"id":"red","budgets":{"total":{{amount}} } }""");
        var document = await admin.Store.GetAsync(Team.Kind, "red");
        Assert.Equal(picodollars, JsonElement.Parse(document!.Json.Span).GetProperty("budgets").GetProperty("total").GetInt64());
        var shown = (await admin.DoneAsync("GET", "teams/red", null)).GetProperty("budgets").GetProperty("total").GetDecimal();
        Assert.Equal(picodollars, shown * 1_000_000_000_000m);
    }

    [Fact]
    public async Task A_time_zone_must_be_known()
    {
        var answer = await admin.CallAsync("POST", "teams", """{"id":"red","timeZone":"Europe/Atlantis"}""");
        Assert.Equal(400, answer.Status);
        Assert.Contains("is no time zone", AdminUnderTest.Text(answer), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_who_may_see_a_team_sees_its_budgets()
    {
        await admin.DoneAsync("POST", "teams", """{"id":"red"}""");
        await admin.DoneAsync("POST", "teams", """{"id":"blue"}""");
        var lead = AdminUnderTest.Of("red", "ann", Role.Lead);
        Assert.Equal(200, (await admin.CallAsync("GET", "budgets?team=red", null, lead)).Status);
        Assert.Equal(404, (await admin.CallAsync("GET", "budgets?team=blue", null, lead)).Status);
        Assert.Equal(403, (await admin.CallAsync("GET", "budgets", null, lead)).Status);
        Assert.Equal(403, (await admin.CallAsync("GET", "budgets?team=red", null, AdminUnderTest.Of("red", "bob"))).Status);
        Assert.Equal(400, (await admin.CallAsync("GET", "budgets?team=red&key=abcdefghijkl", null)).Status);
        Assert.Equal(400, (await admin.CallAsync("GET", "budgets?user=ann", null)).Status);
    }
}
