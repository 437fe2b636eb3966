using Dragoman.Access.Directory;
using Dragoman.Administration;

namespace Dragoman.Gateway.Tests.Administration;

public class RightsTests
{
    private static readonly AdminActor Auditor = AdminUnderTest.Of("blue", "eve", Role.Auditor);
    private static readonly AdminActor Lead = AdminUnderTest.Of("red", "ann", Role.Lead);
    private static readonly AdminActor Member = AdminUnderTest.Of("red", "bob");

    /// <summary>Every operation, with what each kind of caller gets. Team red is the lead's own.</summary>
    [Theory]
    [InlineData("GET", "organization", null, 200, 200, 403, 403)]
    [InlineData("PATCH", "organization", "{}", 200, 403, 403, 403)]
    [InlineData("GET", "teams", null, 200, 200, 200, 403)]
    [InlineData("POST", "teams", """{"id":"new"}""", 201, 403, 403, 403)]
    [InlineData("GET", "teams/red", null, 200, 200, 200, 403)]
    [InlineData("GET", "teams/blue", null, 200, 200, 404, 403)]
    [InlineData("PATCH", "teams/red", "{}", 200, 403, 403, 403)]
    [InlineData("PATCH", "teams/blue", "{}", 200, 403, 404, 403)]
    [InlineData("DELETE", "teams/red?force=true", null, 204, 403, 403, 403)]
    [InlineData("GET", "keys", null, 200, 200, 200, 403)]
    [InlineData("GET", "keys?team=red", null, 200, 200, 200, 403)]
    [InlineData("GET", "keys?team=blue", null, 200, 200, 404, 403)]
    [InlineData("GET", "keys?team=none", null, 404, 404, 404, 403)]
    [InlineData("POST", "keys", """{"team":"red"}""", 201, 403, 201, 403)]
    [InlineData("POST", "keys", """{"team":"blue"}""", 201, 403, 404, 403)]
    [InlineData("GET", "keys/{own}", null, 200, 200, 200, 403)]
    [InlineData("GET", "keys/{foreign}", null, 200, 200, 404, 403)]
    [InlineData("PATCH", "keys/{own}", "{}", 200, 403, 200, 403)]
    [InlineData("PATCH", "keys/{foreign}", "{}", 200, 403, 404, 403)]
    [InlineData("DELETE", "keys/{own}", null, 200, 403, 200, 403)]
    [InlineData("DELETE", "keys/{foreign}", null, 200, 403, 404, 403)]
    [InlineData("POST", "keys/{own}/rotate", null, 201, 403, 201, 403)]
    [InlineData("POST", "keys/{foreign}/rotate", null, 201, 403, 404, 403)]
    [InlineData("GET", "users", null, 200, 200, 200, 403)]
    [InlineData("GET", "users?team=blue", null, 200, 200, 404, 403)]
    [InlineData("POST", "users", """{"team":"red","id":"new"}""", 201, 403, 201, 403)]
    [InlineData("POST", "users", """{"team":"blue","id":"new"}""", 201, 403, 404, 403)]
    [InlineData("GET", "users/red/bob", null, 200, 200, 200, 403)]
    [InlineData("GET", "users/blue/eve", null, 200, 200, 404, 403)]
    [InlineData("PATCH", "users/red/bob", "{}", 200, 403, 200, 403)]
    [InlineData("PATCH", "users/blue/eve", "{}", 200, 403, 404, 403)]
    [InlineData("DELETE", "users/red/bob", null, 204, 403, 204, 403)]
    [InlineData("DELETE", "users/blue/eve", null, 204, 403, 404, 403)]
    [InlineData("GET", "roles", null, 200, 200, 200, 403)]
    [InlineData("GET", "limits?team=red", null, 200, 200, 200, 403)]
    [InlineData("GET", "limits?team=blue", null, 200, 200, 404, 403)]
    [InlineData("GET", "limits?key={foreign}", null, 200, 200, 404, 403)]
    [InlineData("GET", "audit", null, 200, 200, 403, 403)]
    [InlineData("GET", "whoami", null, 200, 200, 200, 200)]
    public async Task Each_role_may_do_what_it_is_for(string method, string path, string? body, int admin, int auditor, int lead, int member)
    {
        foreach (var (actor, status) in new[] { (Member, member), (Lead, lead), (Auditor, auditor), (AdminUnderTest.Admin, admin) })
        {
            await using var api = new AdminUnderTest();
            foreach (var (team, user) in new[] { ("red", "bob"), ("blue", "eve") })
            {
                await api.DoneAsync("POST", "teams", $$"""{"id":"{{team}}"}""");
                await api.DoneAsync("POST", "users", $$"""{"team":"{{team}}","id":"{{user}}"}""");
            }

            var key = (await api.DoneAsync("POST", "keys", """{"team":"red"}""")).GetProperty("id").GetString();
            var foreign = (await api.DoneAsync("POST", "keys", """{"team":"blue"}""")).GetProperty("id").GetString();
            var place = path.Replace("{own}", key, StringComparison.Ordinal).Replace("{foreign}", foreign, StringComparison.Ordinal);
            var answer = await api.CallAsync(method, place, body, actor);
            Assert.True(answer.Status == status, $"{actor.Caller.User}: {answer.Status} {AdminUnderTest.Text(answer)}");
            if (status == 403)
                Assert.Contains("role", AdminUnderTest.Json(answer).GetProperty("detail").GetString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_lead_sees_only_what_is_the_teams_own()
    {
        await using var admin = new AdminUnderTest();
        foreach (var team in new[] { "blue", "red" })
        {
            await admin.DoneAsync("POST", "teams", $$"""{"id":"{{team}}"}""");
            await admin.DoneAsync("POST", "users", $$"""{"team":"{{team}}","id":"ann"}""");
            await admin.DoneAsync("POST", "keys", $$"""{"team":"{{team}}"}""");
        }

        foreach (var list in new[] { "teams", "users", "keys" })
        {
            var item = Assert.Single((await admin.DoneAsync("GET", list, actor: Lead)).GetProperty("items").EnumerateArray());
            Assert.Equal("red", item.GetProperty(list == "teams" ? "id" : "team").GetString());
        }
    }

    /// <summary>A foreign key and one that does not exist are told apart by nothing.</summary>
    [Fact]
    public async Task What_belongs_to_others_looks_as_if_it_did_not_exist()
    {
        await using var admin = new AdminUnderTest();
        await admin.DoneAsync("POST", "teams", """{"id":"blue"}""");
        var foreign = (await admin.DoneAsync("POST", "keys", """{"team":"blue"}""")).GetProperty("id").GetString()!;
        foreach (var method in new[] { "GET", "PATCH", "DELETE" })
        {
            var hidden = AdminUnderTest.Text(await admin.CallAsync(method, $"keys/{foreign}", method == "PATCH" ? "{\"x\":1}" : null, Lead));
            var missing = AdminUnderTest.Text(await admin.CallAsync(method, "keys/000000000000", method == "PATCH" ? "{\"x\":1}" : null, Lead));
            Assert.Equal(missing.Replace("000000000000", foreign, StringComparison.Ordinal), hidden);
        }
    }

    [Fact]
    public async Task A_lead_gives_and_uses_no_role_above_the_own()
    {
        await using var admin = new AdminUnderTest();
        await admin.DoneAsync("POST", "teams", """{"id":"red"}""");
        await admin.DoneAsync("POST", "users", """{"team":"red","id":"boss","roles":["admin"]}""");
        var key = (await admin.DoneAsync("POST", "keys", """{"team":"red","user":"boss"}""")).GetProperty("id").GetString();

        await admin.DoneAsync("POST", "users", """{"team":"red","id":"second","roles":["lead"]}""", Lead);
        await admin.RefusedAsync(403, "POST", "users", """{"team":"red","id":"x","roles":["admin"]}""", Lead);
        await admin.RefusedAsync(403, "PATCH", "users/red/second", """{"roles":["lead","auditor"]}""", Lead);
        await admin.RefusedAsync(403, "PATCH", "users/red/boss", """{"roles":[]}""", Lead);
        await admin.RefusedAsync(403, "DELETE", "users/red/boss?force=true", null, Lead);
        await admin.RefusedAsync(403, "POST", "keys", """{"team":"red","user":"boss"}""", Lead);
        await admin.RefusedAsync(403, "POST", $"keys/{key}/rotate", null, Lead);
        await admin.RefusedAsync(403, "PATCH", $"keys/{key}", """{"expiresAt":null}""", Lead);
        await admin.DoneAsync("DELETE", $"keys/{key}", actor: Lead);
    }

    [Fact]
    public async Task A_lead_need_not_name_the_own_team()
    {
        await using var admin = new AdminUnderTest();
        await admin.DoneAsync("POST", "teams", """{"id":"red"}""");
        Assert.Equal("red", (await admin.DoneAsync("POST", "users", """{"id":"new"}""", Lead)).GetProperty("team").GetString());
        Assert.Equal("red", (await admin.DoneAsync("POST", "keys", "{}", Lead)).GetProperty("team").GetString());
        await admin.RefusedAsync(400, "POST", "keys", "{}");
    }
}
