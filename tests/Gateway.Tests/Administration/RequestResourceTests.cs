using System.Text.Json;
using Dragoman.Access;
using Dragoman.Access.Directory;
using Dragoman.Administration;
using Dragoman.Gateway.Tests.Stores.Ledger;
using Dragoman.Stores.Ledger;

namespace Dragoman.Gateway.Tests.Administration;

public sealed class RequestResourceTests : IAsyncDisposable
{
    private readonly AdminUnderTest admin = AdminUnderTest.Open();

    public ValueTask DisposeAsync() => admin.DisposeAsync();

    public static TheoryData<string, string?, string?, string?, string?, bool> Callers => new()
    {
        // Who asks: team, key, user, role; and whether it is found.
        { "the same key", "web", "K1", null, null, true },
        { "the user of the key", "web", null, "ann", null, true },
        { "another key of the user", "web", "K2", "ann", null, true },
        { "another key", "web", "K2", null, null, false },
        { "another user", "web", null, "bob", null, false },
        { "nobody of the team", "web", null, null, null, false },
        { "the same names in another team", "red", "K1", "ann", null, false },
        { "the lead", "web", null, "bob", "Lead", true },
        { "the lead of another team", "red", null, "bob", "Lead", false },
        { "an auditor", "red", null, "bob", "Auditor", true },
        { "an administrator", null, null, null, "Admin", true },
    };

    [Theory]
    [MemberData(nameof(Callers))]
    public async Task A_request_is_shown_to_who_made_it_and_to_who_reads_the_team(string who, string? team, string? key, string? user, string? role, bool isFound)
    {
        await WriteAsync(Entry("r-1") with { Team = "web", Key = "K1", User = "ann", Cost = 1_000_001 });
        var actor = new AdminActor(new Caller { Team = team, Key = key, User = user, Roles = role is null ? [] : [Enum.Parse<Role>(role)] }, AdminActorKind.Token, null, "r");
        var answer = await admin.CallAsync("GET", "requests/r-1", actor: actor);
        Assert.True(answer.Status == (isFound ? 200 : 404), $"{who}: {AdminUnderTest.Text(answer)}");
        if (isFound)
            return;
        var unknown = await admin.CallAsync("GET", "requests/r-2", actor: actor);
        Assert.Equal(AdminUnderTest.Text(unknown).Replace("r-2", "r-1", StringComparison.Ordinal), AdminUnderTest.Text(answer));
    }

    [Fact]
    public async Task All_tries_are_shown_with_the_sum_of_their_costs()
    {
        await WriteAsync(
            Entry("r-1") with { Cost = 2_000_000, Status = 502, Outcome = "failed", Milliseconds = 30, InputTokens = 2 },
            Entry("r-1") with { Attempt = 1, Cost = 3_000_000, Status = 200, Outcome = "clientLeft", Origin = "estimated", Milliseconds = 90, OutputTokens = 4, Tags = new Dictionary<string, string> { ["a"] = "b" } });
        var shown = await admin.DoneAsync("GET", "requests/r-1");
        Assert.Equal(("r-1", "0.000005"), (shown.GetProperty("id").GetString(), shown.GetProperty("cost").GetRawText()));
        Assert.Equal(
            """{"time":"2026-01-02T03:04:05Z","team":"web","key":"K1","user":"ann","dialect":"ollama.chat","model":"m","provider":"p","upstreamModel":"t","status":200,"outcome":"clientLeft","usage":"estimated","inputTokens":0,"cacheReadTokens":0,"cacheWriteTokens":0,"outputTokens":4,"reasoningTokens":0,"cost":0.000003,"totalMs":90,"tags":{"a":"b"}}""".Replace("2026-01-02T03:04:05Z", shown.GetProperty("tries")[1].GetProperty("time").GetString(), StringComparison.Ordinal),
            shown.GetProperty("tries")[1].GetRawText());
        Assert.Equal(["failed", "clientLeft"], shown.GetProperty("tries").EnumerateArray().Select(each => each.GetProperty("outcome").GetString()));
    }

    [Fact]
    public async Task A_cost_without_a_price_is_null()
    {
        await WriteAsync(Entry("r-1") with { Cost = null }, Entry("r-1") with { Attempt = 1, Cost = 5 });
        var shown = await admin.DoneAsync("GET", "requests/r-1");
        Assert.Equal((JsonValueKind.Null, JsonValueKind.Null), (shown.GetProperty("cost").ValueKind, shown.GetProperty("tries")[0].GetProperty("cost").ValueKind));
    }

    [Fact]
    public async Task What_the_store_does_not_have_yet_is_shown_once()
    {
        await using var store = new SimulatedLedger();
        var (first, second) = (Entry("r-1") with { Cost = 1 }, Entry("r-1") with { Attempt = 1, Cost = 2 });
        var api = new AdminApi(admin.Store, store, admin.Clock, id => id == "r-1" ? [first, second] : []);
        Assert.Equal(2, await CountAsync());
        await store.ExchangeAsync(new("p", 1, admin.Clock.GetUtcNow().AddMinutes(1), [], [first]));
        Assert.Equal(2, await CountAsync());
        store.Fault = () => LedgerFault.Lost;
        Assert.Equal(2, await CountAsync());

        async Task<int> CountAsync() =>
            AdminUnderTest.Json(await api.HandleAsync(new AdminCall("GET", "requests/r-1", AdminUnderTest.Admin))).GetProperty("tries").GetArrayLength();
    }

    [Theory]
    [InlineData("GET", "requests", 404)]
    [InlineData("GET", "requests/", 404)]
    [InlineData("GET", "requests/a/b", 404)]
    [InlineData("GET", "requests/a?x=1", 400)]
    [InlineData("DELETE", "requests/a", 405)]
    public async Task What_is_no_question_for_a_request_is_refused(string method, string path, int status) => await admin.RefusedAsync(status, method, path);

    [Fact]
    public async Task An_id_that_no_request_has_is_not_found() => await admin.RefusedAsync(404, "GET", "requests/" + new string('x', 3000));

    private LedgerEntry Entry(string id) => new()
    {
        RequestId = id,
        At = admin.Clock.GetUtcNow(),
        Team = "web",
        Key = "K1",
        User = "ann",
        Model = "m",
        Provider = "p",
        Target = "t",
        Dialect = "ollama.chat",
        Outcome = "completed",
        Origin = "reported",
    };

    private Task<LedgerAnswer> WriteAsync(params LedgerEntry[] entries) => admin.Ledger.ExchangeAsync(new("p", 1, admin.Clock.GetUtcNow().AddMinutes(1), [], entries));
}
