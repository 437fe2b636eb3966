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
            """[{"scope":"organization","id":"organization","team":null,"period":"total","limit":1000,"warnAt":null,"spent":0,"assumed":0,"reserved":0,"left":1000,"startedAt":null,"resetsAt":null},{"scope":"team","id":"red","team":"red","period":"month","limit":100.5,"warnAt":null,"spent":20.000000000001,"assumed":0,"reserved":5,"left":75.499999999999,"startedAt":"2025-12-31T23:00:00Z","resetsAt":"2026-01-31T23:00:00Z"},{"scope":"user","id":"red/ann","team":"red","period":"day","limit":2,"warnAt":null,"spent":0,"assumed":0,"reserved":0,"left":2,"startedAt":"2026-01-01T23:00:00Z","resetsAt":"2026-01-02T23:00:00Z"}]""",
            shown.GetProperty("budgets").GetRawText());
        Assert.Equal(("red", "ann", JsonValueKind.Null), (shown.GetProperty("team").GetString(), shown.GetProperty("user").GetString(), shown.GetProperty("key").ValueKind));

        var ofKey = await admin.DoneAsync("GET", "budgets?key=" + key, null);
        Assert.Equal(["organization", "team", "key"], ofKey.GetProperty("budgets").EnumerateArray().Select(budget => budget.GetProperty("scope").GetString()));
        Assert.Equal("0.000000000001", ofKey.GetProperty("budgets")[2].GetProperty("limit").GetRawText());
        Assert.Single((await admin.DoneAsync("GET", "budgets", null)).GetProperty("budgets").EnumerateArray());
    }

    [Fact]
    public async Task The_budgets_of_a_tag_are_those_of_all_teams_and_of_one()
    {
        await admin.DoneAsync("PATCH", "organization", """{"tagBudgets":{"project=x y":{"month":300,"day":20},"project=z":{"total":1}}}""");
        await admin.DoneAsync("POST", "teams", """{"id":"red","tagBudgets":{"project=x y":{"week":50}},"tags":{"project":"x y"}}""");
        var key = (await admin.DoneAsync("POST", "keys", """{"team":"red","tags":{"project":"z"}}""")).GetProperty("id").GetString()!;

        Assert.Equal(["tag project=x y  day 20", "tag project=x y  month 300", "tag project=x y red week 50"], await ShownAsync("budgets?team=red&tag=project=x y"));
        Assert.Equal(["tag project=x y  day 20", "tag project=x y  month 300"], await ShownAsync("budgets?tag=project=x y"));
        // The tags of a team are those of its keys, unless a key has another value.
        Assert.Equal(["tag project=x y  day 20", "tag project=x y  month 300", "tag project=x y red week 50"], await ShownAsync("budgets?team=red"));
        Assert.Equal(["tag project=z  total 1"], await ShownAsync("budgets?key=" + key));
        Assert.Empty(await ShownAsync("budgets?tag=other=x"));

        // A budget is changed alone; without any it goes.
        await admin.DoneAsync("PATCH", "organization", """{"tagBudgets":{"project=x y":{"day":null},"project=z":{"total":null}}}""");
        Assert.Equal("""{"project=x y":{"day":null,"week":null,"month":300,"total":null,"warnAt":null}}""", (await admin.DoneAsync("GET", "organization", null)).GetProperty("tagBudgets").GetRawText());
        await admin.DoneAsync("PATCH", "organization", """{"tagBudgets":{"project=x y":null}}""");
        Assert.Equal("{}", (await admin.DoneAsync("GET", "organization", null)).GetProperty("tagBudgets").GetRawText());
        await admin.DoneAsync("PATCH", "teams/red", """{"tagBudgets":null}""");
        Assert.Empty(await ShownAsync("budgets?team=red"));
    }

    [Theory]
    [InlineData("""{"tagBudgets":{"project":{"day":1}}}""", "/tagBudgets/project", "is no tag; it is NAME=VALUE, such as project=x")]
    [InlineData("""{"tagBudgets":{"pro ject=x":{"day":1}}}""", "/tagBudgets/pro ject=x", "is no name of a tag")]
    [InlineData("""{"tagBudgets":{"project=x\n":{"day":1}}}""", "/tagBudgets/project=x\n", "must not contain control characters")]
    [InlineData("""{"tagBudgets":{"project=x":{"dya":1}}}""", "/tagBudgets/project=x/dya", "is not known, or cannot be changed; allowed are day, week, month, total, warnAt")]
    [InlineData("""{"tagBudgets":{"project=x":3}}""", "/tagBudgets/project=x", "must be an object or null, not 3")]
    [InlineData("""{"tagBudgets":[]}""", "/tagBudgets", "must be an object or null, not a list")]
    [InlineData("""{"tagBudgets":{"a=1":{"day":1,"week":1,"month":1},"a=2":{"day":1,"total":1},"b=1":{"day":1,"week":1}}}""", "/tagBudgets", "would give one request up to 5 budgets of tags, one for each name of a tag and each of day, week, month and total; at most 4 are allowed")]
    public async Task A_mistake_in_a_budget_of_a_tag_is_told_when_it_is_set(string body, string place, string detail)
    {
        foreach (var (method, path) in new[] { ("PATCH", "organization"), ("POST", "teams") })
        {
            var answer = await admin.CallAsync(method, path, method == "POST" ? body.Insert(1, "\"id\":\"red\",") : body);
            var mistake = JsonElement.Parse(answer.Body.Span).GetProperty("errors")[0];
            Assert.Equal((400, place), (answer.Status, mistake.GetProperty("pointer").GetString()));
            Assert.StartsWith(detail, mistake.GetProperty("detail").GetString(), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("budgets?tag=project")]
    [InlineData("budgets?tag=")]
    [InlineData("budgets?tag=project=x&team=red&user=ann")]
    [InlineData("limits?team=red&tag=project=x")]
    public async Task A_tag_is_asked_for_alone_or_with_a_team(string query)
    {
        await admin.DoneAsync("POST", "teams", """{"id":"red"}""");
        Assert.Equal(400, (await admin.CallAsync("GET", query, null)).Status);
    }

    private async Task<IEnumerable<string>> ShownAsync(string query) =>
        (await admin.DoneAsync("GET", query, null)).GetProperty("budgets").EnumerateArray().Select(budget =>
            $"{budget.GetProperty("scope").GetString()} {budget.GetProperty("id").GetString()} {budget.GetProperty("team").GetString()} {budget.GetProperty("period").GetString()} {budget.GetProperty("limit").GetRawText()}");

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
    public async Task All_periods_of_a_scope_warn_from_the_same_part()
    {
        await admin.DoneAsync("POST", "teams", """{"id":"red","budgets":{"month":100,"day":5,"warnAt":0.80},"tags":{"a":"b"},"tagBudgets":{"a=b":{"day":1,"warnAt":1}}}""");
        Assert.Equal("0.8", (await admin.DoneAsync("GET", "teams/red", null)).GetProperty("budgets").GetProperty("warnAt").GetRawText());
        Assert.Equal(["0.8", "0.8", "1"], (await admin.DoneAsync("GET", "budgets?team=red", null)).GetProperty("budgets").EnumerateArray().Select(budget => budget.GetProperty("warnAt").GetRawText()));
        await admin.DoneAsync("PATCH", "teams/red", """{"budgets":{"warnAt":null}}""");
        Assert.Equal(["null", "null", "1"], (await admin.DoneAsync("GET", "budgets?team=red", null)).GetProperty("budgets").EnumerateArray().Select(budget => budget.GetProperty("warnAt").GetRawText()));
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-0.5")]
    [InlineData("1.01")]
    [InlineData("80")]
    [InlineData("0.00001")]
    [InlineData("1e-40")]
    [InlineData("\"0.8\"")]
    public async Task A_budget_warns_from_a_part_of_it(string part)
    {
        var answer = await admin.CallAsync("POST", "teams", $$"""{"id":"red","budgets":{"month":1,"warnAt":{{part}} } }""");
        Assert.Equal(400, answer.Status);
        Assert.Contains("must be a number above 0 and up to 1 with at most 4 decimals, such as 0.8, or null", AdminUnderTest.Text(answer), StringComparison.Ordinal);
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
