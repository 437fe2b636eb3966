using System.Text.Json;

namespace Dragoman.Gateway.Tests.Administration;

public class TeamResourceTests
{
    [Fact]
    public async Task A_team_is_created_and_its_whole_state_is_shown()
    {
        await using var admin = new AdminUnderTest();
        var answer = await admin.CallAsync("POST", "teams", """
            {
              "id": "red",
              "name": "Red",
              "allow": { "models": ["gpt-*"], "endpoints": ["/v1/*"], "networks": ["10.0.0.0/8", "2001:db8::1"] },
              "limits": { "requestsPerMinute": 60 },
              "userLimits": { "concurrentRequests": 2 },
              "budgets": { "month": 100.50 }, "userBudgets": { "day": 2 }, "timeZone": "Europe/Berlin",
              "tags": { "cost-center": "42" }
            }
            """);
        Assert.Equal((201, "teams/red", "\"1\""), (answer.Status, answer.Location, answer.ETag));
        const string State = """
            {"id":"red","name":"Red","disabled":false,"allow":{"models":["gpt-*"],"endpoints":["/v1/*"],"networks":["10.0.0.0/8","2001:db8::1"]},"limits":{"requestsPerMinute":60,"tokensPerMinute":null,"concurrentRequests":null},"userLimits":{"requestsPerMinute":null,"tokensPerMinute":null,"concurrentRequests":2},"budgets":{"day":null,"week":null,"month":100.5,"total":null,"warnAt":null},"userBudgets":{"day":2,"week":null,"month":null,"total":null,"warnAt":null},"tagBudgets":{},"timeZone":"Europe/Berlin","tags":{"cost-center":"42"},"createdAt":"2026-01-02T03:04:05Z"}
            """;
        Assert.Equal(State, AdminUnderTest.Text(answer));
        var read = await admin.CallAsync("GET", "teams/red");
        Assert.Equal((200, "\"1\"", State), (read.Status, read.ETag, AdminUnderTest.Text(read)));
        await admin.RefusedAsync(409, "POST", "teams", """{"id":"red"}""");
    }

    [Fact]
    public async Task A_patch_changes_what_it_names_and_null_gives_the_default()
    {
        await using var admin = new AdminUnderTest();
        await admin.DoneAsync("POST", "teams", """{"id":"red","name":"Red","allow":{"models":["a","b"],"networks":["10.0.0.0/8"]},"limits":{"requestsPerMinute":60,"tokensPerMinute":9},"tags":{"a":"1","b":"2"}}""");
        var state = await admin.DoneAsync("PATCH", "teams/red", """{"disabled":true,"allow":{"models":null},"limits":{"tokensPerMinute":null,"concurrentRequests":3},"tags":{"a":null,"c":"3"}}""");
        Assert.Equal("Red", state.GetProperty("name").GetString());
        Assert.True(state.GetProperty("disabled").GetBoolean());
        Assert.Equal("""{"models":null,"endpoints":null,"networks":["10.0.0.0/8"]}""", state.GetProperty("allow").GetRawText());
        Assert.Equal("""{"requestsPerMinute":60,"tokensPerMinute":null,"concurrentRequests":3}""", state.GetProperty("limits").GetRawText());
        Assert.Equal("""{"b":"2","c":"3"}""", state.GetProperty("tags").GetRawText());
        state = await admin.DoneAsync("PATCH", "teams/red", """{"name":null,"disabled":null,"allow":null,"limits":null,"tags":null}""");
        Assert.Equal(
            """{"id":"red","name":null,"disabled":false,"allow":{"models":null,"endpoints":null,"networks":null},"limits":{"requestsPerMinute":null,"tokensPerMinute":null,"concurrentRequests":null},"userLimits":{"requestsPerMinute":null,"tokensPerMinute":null,"concurrentRequests":null},"budgets":{"day":null,"week":null,"month":null,"total":null,"warnAt":null},"userBudgets":{"day":null,"week":null,"month":null,"total":null,"warnAt":null},"tagBudgets":{},"timeZone":null,"tags":{},"createdAt":"2026-01-02T03:04:05Z"}""",
            state.GetRawText());
        Assert.Equal(state.GetRawText(), (await admin.DoneAsync("GET", "teams/red")).GetRawText());
    }

    [Fact]
    public async Task A_team_with_active_keys_is_deleted_only_by_force_and_takes_its_users_along()
    {
        await using var admin = new AdminUnderTest();
        await admin.DoneAsync("POST", "teams", """{"id":"red"}""");
        await admin.DoneAsync("POST", "users", """{"team":"red","id":"ann","roles":["lead"]}""");
        for (var count = 0; count < 23; count++)
            await admin.DoneAsync("POST", "keys", """{"team":"red"}""");
        Assert.Contains("force=true", (await admin.RefusedAsync(409, "DELETE", "teams/red")).GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal(204, (await admin.CallAsync("DELETE", "teams/red?force=true")).Status);
        await admin.RefusedAsync(404, "GET", "teams/red");
        await admin.RefusedAsync(404, "GET", "users/red/ann");
        var keys = (await admin.DoneAsync("GET", "keys")).GetProperty("items");
        Assert.Equal(23, keys.GetArrayLength());
        Assert.All(keys.EnumerateArray(), key => Assert.Equal("revoked", key.GetProperty("state").GetString()));
        var audit = await admin.AuditAsync();
        Assert.Equal(23, audit.Count(entry => entry.StartsWith("key.revoke", StringComparison.Ordinal)));
        Assert.Equal(["user.delete ann", "team.delete red"], audit[^2..]);

        await admin.DoneAsync("POST", "teams", """{"id":"red"}""");
        Assert.Empty((await admin.DoneAsync("GET", "users?team=red")).GetProperty("items").EnumerateArray());
        Assert.Equal(204, (await admin.CallAsync("DELETE", "teams/red")).Status);
    }

    [Fact]
    public async Task A_list_is_read_by_pages()
    {
        await using var admin = new AdminUnderTest();
        for (var count = 0; count < 7; count++)
            await admin.DoneAsync("POST", "teams", $$"""{"id":"t{{count}}"}""");
        var pages = new List<string>();
        for (string? after = null; ;)
        {
            var page = await admin.DoneAsync("GET", after is null ? "teams?limit=3" : $"teams?limit=3&after={after}");
            pages.Add(string.Join(' ', page.GetProperty("items").EnumerateArray().Select(team => team.GetProperty("id").GetString())));
            after = page.GetProperty("next").GetString();
            if (after is null)
                break;
        }

        Assert.Equal(["t0 t1 t2", "t3 t4 t5", "t6"], pages);
        Assert.Equal(JsonValueKind.Null, (await admin.DoneAsync("GET", "teams?limit=7")).GetProperty("next").ValueKind);
    }

    [Fact]
    public async Task The_organization_exists_before_anybody_changed_it()
    {
        await using var admin = new AdminUnderTest();
        var answer = await admin.CallAsync("GET", "organization");
        Assert.Equal((200, "\"0\""), (answer.Status, answer.ETag));
        Assert.Equal("""{"allow":{"models":null,"endpoints":null,"networks":null},"limits":{"requestsPerMinute":null,"tokensPerMinute":null,"concurrentRequests":null},"budgets":{"day":null,"week":null,"month":null,"total":null,"warnAt":null},"tagBudgets":{},"timeZone":null}""", AdminUnderTest.Text(answer));
        answer = await admin.CallAsync("PATCH", "organization", """{"limits":{"tokensPerMinute":1000}}""", ifMatch: "\"0\"");
        Assert.Equal((200, "\"1\""), (answer.Status, answer.ETag));
        Assert.Equal(1000, (await admin.DoneAsync("GET", "organization")).GetProperty("limits").GetProperty("tokensPerMinute").GetInt64());
        Assert.Equal(412, (await admin.CallAsync("PATCH", "organization", "{}", ifMatch: "\"0\"")).Status);
    }
}
