using Dragoman.Access.Directory;
using Dragoman.Administration;

namespace Dragoman.Gateway.Tests.Administration;

public class IdempotencyTests
{
    private const string NewKey = """{"team":"red","name":"ci"}""";

    [Fact]
    public async Task A_repeated_request_creates_nothing_and_has_the_same_answer_without_the_key()
    {
        await using var admin = await WithTeamAsync();
        var first = await admin.CallAsync("POST", "keys", NewKey, idempotencyKey: "k1");
        var second = await admin.CallAsync("POST", "keys", NewKey, idempotencyKey: "k1");
        Assert.Equal((201, false), (first.Status, first.IsReplay));
        Assert.Equal((201, true, first.ETag, first.Location), (second.Status, second.IsReplay, second.ETag, second.Location));
        var state = AdminUnderTest.Json(first);
        Assert.True(state.TryGetProperty("key", out var text));
        Assert.Equal(AdminUnderTest.Text(first).Replace($"\"key\":\"{text.GetString()}\",", "", StringComparison.Ordinal), AdminUnderTest.Text(second));
        Assert.Single((await admin.DoneAsync("GET", "keys")).GetProperty("items").EnumerateArray());
        Assert.Equal(2, (await admin.AuditAsync()).Count);
    }

    [Theory]
    [InlineData("PATCH", "teams/red", """{"name":"a"}""", 200)]
    [InlineData("PATCH", "organization", """{"limits":{"tokensPerMinute":5}}""", 200)]
    [InlineData("DELETE", "teams/red", null, 204)]
    [InlineData("POST", "teams", """{"id":"blue"}""", 201)]
    [InlineData("POST", "users", """{"team":"red","id":"ann"}""", 201)]
    public async Task Every_change_is_made_once(string method, string path, string? body, int status)
    {
        await using var admin = await WithTeamAsync();
        var first = await admin.CallAsync(method, path, body, idempotencyKey: "k1");
        var changes = (await admin.Store.ChangesAsync(0, 100)).Version;
        var second = await admin.CallAsync(method, path, body, idempotencyKey: "k1");
        Assert.Equal((status, status, true), (first.Status, second.Status, second.IsReplay));
        Assert.Equal((AdminUnderTest.Text(first), first.ETag, first.Location), (AdminUnderTest.Text(second), second.ETag, second.Location));
        Assert.Equal(changes, (await admin.Store.ChangesAsync(0, 100)).Version);
    }

    [Fact]
    public async Task The_same_key_for_another_request_is_refused()
    {
        await using var admin = await WithTeamAsync();
        await admin.CallAsync("POST", "keys", NewKey, idempotencyKey: "k1");
        Assert.Equal(422, (await admin.CallAsync("POST", "keys", """{"team":"red"}""", idempotencyKey: "k1")).Status);
        Assert.Equal(422, (await admin.CallAsync("POST", "users", NewKey, idempotencyKey: "k1")).Status);
        Assert.Equal(422, (await admin.CallAsync("DELETE", "teams/red?force=true", idempotencyKey: "k1")).Status);
    }

    [Fact]
    public async Task Callers_do_not_share_their_keys()
    {
        await using var admin = await WithTeamAsync();
        foreach (var user in new[] { "ann", "bob" })
            Assert.False((await admin.CallAsync("POST", "keys", NewKey, AdminUnderTest.Of("red", user, Role.Lead), idempotencyKey: "k1")).IsReplay);
        Assert.Equal(2, (await admin.DoneAsync("GET", "keys")).GetProperty("items").GetArrayLength());
    }

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("ä")]
    [InlineData("a\nb")]
    public async Task A_malformed_key_is_refused(string key)
    {
        await using var admin = await WithTeamAsync();
        Assert.Equal(400, (await admin.CallAsync("POST", "keys", NewKey, idempotencyKey: key)).Status);
        Assert.Equal(400, (await admin.CallAsync("POST", "keys", NewKey, idempotencyKey: new string('a', 256))).Status);
        Assert.Equal(201, (await admin.CallAsync("POST", "keys", NewKey, idempotencyKey: new string('a', 255))).Status);
    }

    /// <summary>Both pass the check for an earlier request before either has written.</summary>
    [Fact]
    public async Task Of_two_requests_at_the_same_time_one_makes_the_change()
    {
        var before = new BeforeWrite();
        await using var admin = new AdminUnderTest(store => before.Of(store));
        await admin.DoneAsync("POST", "teams", """{"id":"red"}""");
        AdminAnswer? faster = null;
        before.Next = async _ => faster = await admin.CallAsync("POST", "keys", NewKey, idempotencyKey: "k1");
        var slower = await admin.CallAsync("POST", "keys", NewKey, idempotencyKey: "k1");
        Assert.Equal((201, false), (faster!.Status, faster.IsReplay));
        Assert.Equal((201, true, faster.Location), (slower.Status, slower.IsReplay, slower.Location));
        Assert.Single((await admin.DoneAsync("GET", "keys")).GetProperty("items").EnumerateArray());
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(0, 1)]
    public async Task A_write_whose_answer_is_lost_is_sent_again_as_the_same_operation(int lostBefore, int lostAfter)
    {
        var store = new LosingStore();
        await using var admin = new AdminUnderTest(inner => store.Of(inner));
        await admin.DoneAsync("POST", "teams", """{"id":"red"}""");
        (store.Before, store.After) = (lostBefore, lostAfter);
        var answer = await admin.CallAsync("POST", "keys", NewKey);
        Assert.Equal((201, "\"2\""), (answer.Status, answer.ETag));
        Assert.Equal(store.Operations[^2], store.Operations[^1]);
        Assert.Single((await admin.DoneAsync("GET", "keys")).GetProperty("items").EnumerateArray());
        Assert.Equal(2, (await admin.AuditAsync()).Count);
    }

    [Theory]
    [InlineData(2, 0, false)]
    [InlineData(0, 2, true)]
    public async Task A_client_that_repeats_with_its_key_after_503_changes_once(int lostBefore, int lostAfter, bool wasApplied)
    {
        var store = new LosingStore();
        await using var admin = new AdminUnderTest(inner => store.Of(inner));
        await admin.DoneAsync("POST", "teams", """{"id":"red"}""");
        (store.Before, store.After) = (lostBefore, lostAfter);
        var lost = await admin.CallAsync("POST", "keys", NewKey, idempotencyKey: "k1");
        Assert.Equal((503, true), (lost.Status, lost.RetryAfter > TimeSpan.Zero));
        Assert.DoesNotContain("secret-host", AdminUnderTest.Text(lost), StringComparison.Ordinal);
        var repeated = await admin.CallAsync("POST", "keys", NewKey, idempotencyKey: "k1");
        Assert.Equal((201, wasApplied), (repeated.Status, repeated.IsReplay));
        Assert.Single((await admin.DoneAsync("GET", "keys")).GetProperty("items").EnumerateArray());
    }

    [Theory]
    [InlineData("GET", "teams")]
    [InlineData("GET", "keys/000000000000")]
    [InlineData("GET", "audit")]
    [InlineData("GET", "limits?team=red")]
    [InlineData("PATCH", "organization")]
    public async Task A_store_that_is_away_is_a_503(string method, string path)
    {
        var store = new LosingStore { IsAway = true };
        await using var admin = new AdminUnderTest(inner => store.Of(inner));
        await admin.RefusedAsync(503, method, path);
        await admin.DoneAsync("GET", "whoami");
    }

    private static async Task<AdminUnderTest> WithTeamAsync()
    {
        var admin = new AdminUnderTest();
        await admin.DoneAsync("POST", "teams", """{"id":"red"}""");
        return admin;
    }
}
