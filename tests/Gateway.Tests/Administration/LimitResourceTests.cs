using Dragoman.Access;
using Dragoman.Access.Directory;
using Dragoman.Administration;

namespace Dragoman.Gateway.Tests.Administration;

public class LimitResourceTests
{
    [Fact]
    public async Task The_tightest_limit_of_all_scopes_is_named()
    {
        await using var admin = new AdminUnderTest();
        await admin.DoneAsync("PATCH", "organization", """{"limits":{"requestsPerMinute":100,"tokensPerMinute":5000}}""");
        await admin.DoneAsync("POST", "teams", """{"id":"red","limits":{"requestsPerMinute":50},"userLimits":{"requestsPerMinute":20},"allow":{"models":["a*"]}}""");
        await admin.DoneAsync("POST", "users", """{"team":"red","id":"ann"}""");
        await admin.DoneAsync("POST", "users", """{"team":"red","id":"bob","limits":{"concurrentRequests":3}}""");
        var ann = (await admin.DoneAsync("POST", "keys", """{"team":"red","user":"ann","limits":{"tokensPerMinute":6000},"allow":{"networks":["10.0.0.0/8"]}}""")).GetProperty("id").GetString();

        Assert.Equal(
            """{"requestsPerMinute":{"value":20,"scope":"user","id":"red/ann"},"tokensPerMinute":{"value":5000,"scope":"organization","id":"organization"},"concurrentRequests":null}""",
            await EffectiveAsync($"limits?key={ann}"));
        Assert.Equal(
            """{"requestsPerMinute":{"value":50,"scope":"team","id":"red"},"tokensPerMinute":{"value":5000,"scope":"organization","id":"organization"},"concurrentRequests":{"value":3,"scope":"user","id":"red/bob"}}""",
            await EffectiveAsync("limits?team=red&user=bob"));
        // A user of a token need not be stored.
        Assert.Contains("red/eve", await EffectiveAsync("limits?team=red&user=eve"), StringComparison.Ordinal);
        Assert.Equal(
            """[{"scope":"team","models":["a*"],"endpoints":null,"networks":null},{"scope":"key","models":null,"endpoints":null,"networks":["10.0.0.0/8"]}]""",
            (await admin.DoneAsync("GET", $"limits?key={ann}")).GetProperty("allow").GetRawText());
        await admin.RefusedAsync(404, "GET", "limits?key=000000000000");
        await admin.RefusedAsync(404, "GET", "limits?team=blue");

        async Task<string> EffectiveAsync(string path) => (await admin.DoneAsync("GET", path)).GetProperty("effective").GetRawText();
    }

    [Fact]
    public async Task A_caller_sees_itself()
    {
        await using var admin = new AdminUnderTest();
        var caller = new Caller
        {
            Team = "red",
            Key = "4fJx0aQ2LmZ9",
            User = "ann",
            Roles = [Role.Lead],
            Scopes = [new(ScopeKind.Team, "red", new(RequestsPerMinute: 5)), new(ScopeKind.Key, "4fJx0aQ2LmZ9", new(RequestsPerMinute: 4))],
            Allow = [new(Dragoman.Locales.AccessText.OfKey("4fJx0aQ2LmZ9"), new(Models: ["a*"]))],
            ExpiresAt = new(2027, 1, 2, 3, 4, 5, TimeSpan.Zero),
        };
        var state = await admin.DoneAsync("GET", "whoami", actor: AdminActor.Of(caller, "192.0.2.3", "r"));
        Assert.Equal(
            """{"kind":"key","team":"red","user":"ann","key":"4fJx0aQ2LmZ9","roles":["lead"],"expiresAt":"2027-01-02T03:04:05Z","tags":{},"scopes":[{"scope":"team","id":"red","limits":{"requestsPerMinute":5,"tokensPerMinute":null,"concurrentRequests":null}},{"scope":"key","id":"4fJx0aQ2LmZ9","limits":{"requestsPerMinute":4,"tokensPerMinute":null,"concurrentRequests":null}}],"effective":{"requestsPerMinute":{"value":4,"scope":"key","id":"4fJx0aQ2LmZ9"},"tokensPerMinute":null,"concurrentRequests":null},"allow":[{"scope":"key 4fJx0aQ2LmZ9","models":["a*"],"endpoints":null,"networks":null}]}""",
            state.GetRawText());
        var nobody = await admin.DoneAsync("GET", "whoami");
        Assert.Equal("""{"kind":"adminKey","team":null,"user":null,"key":null,"roles":["admin"],"expiresAt":null,""", nobody.GetRawText()[..89]);
    }
}
