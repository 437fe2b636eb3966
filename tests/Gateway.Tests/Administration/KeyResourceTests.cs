using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Dragoman.Access.Credentials;
using Dragoman.Access.Directory;
using Dragoman.Stores;

namespace Dragoman.Gateway.Tests.Administration;

public class KeyResourceTests
{
    [Fact]
    public async Task A_new_key_is_shown_once_and_stored_as_a_digest()
    {
        await using var admin = new AdminUnderTest();
        await admin.DoneAsync("POST", "teams", """{"id":"red"}""");
        await admin.DoneAsync("POST", "users", """{"team":"red","id":"ann"}""");
        var answer = await admin.CallAsync("POST", "keys", """{"team":"red","name":"ci","user":"ann","expiresInSeconds":3600,"limits":{"requestsPerMinute":5},"tags":{"a":"b"}}""");
        var key = AdminUnderTest.Json(answer);
        var text = key.GetProperty("key").GetString()!;
        var id = key.GetProperty("id").GetString()!;
        Assert.True(KeyText.HasForm(text) && KeyText.HasChecksum(text));
        Assert.Equal(id, KeyText.IdOf(text).ToString());
        Assert.Equal((201, $"keys/{id}"), (answer.Status, answer.Location));
        Assert.Equal(("active", "2026-01-02T04:04:05Z", "ann"), (key.GetProperty("state").GetString(), key.GetProperty("expiresAt").GetString(), key.GetProperty("user").GetString()));
        var stored = JsonSerializer.Deserialize((await admin.Store.GetAsync(TeamKey.Kind, id))!.Json.Span, DirectoryJson.Default.TeamKey)!;
        Assert.Equal(SHA256.HashData(Encoding.ASCII.GetBytes(text)), stored.Hash.ToArray());
        Assert.False((await admin.DoneAsync("GET", $"keys/{id}")).TryGetProperty("key", out _));
        admin.Clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal("expired", (await admin.DoneAsync("GET", $"keys/{id}")).GetProperty("state").GetString());
    }

    [Fact]
    public async Task A_revoked_key_stays_revoked()
    {
        await using var admin = new AdminUnderTest();
        var id = await KeyAsync(admin);
        var revoked = await admin.DoneAsync("DELETE", $"keys/{id}");
        Assert.Equal(("revoked", "2026-01-02T03:04:05Z"), (revoked.GetProperty("state").GetString(), revoked.GetProperty("revokedAt").GetString()));
        admin.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(revoked.GetRawText(), (await admin.DoneAsync("DELETE", $"keys/{id}")).GetRawText());
        await admin.RefusedAsync(409, "PATCH", $"keys/{id}", """{"name":"x"}""");
        await admin.RefusedAsync(409, "POST", $"keys/{id}/rotate");
        Assert.Equal(1, (await admin.AuditAsync()).Count(entry => entry == $"key.revoke {id}"));
    }

    [Fact]
    public async Task A_rotated_key_lives_for_the_chosen_time_beside_its_successor()
    {
        await using var admin = new AdminUnderTest();
        var id = await KeyAsync(admin, """{"team":"red","name":"ci","allow":{"models":["m"]},"limits":{"requestsPerMinute":5},"tags":{"a":"b"}}""");
        var successor = await admin.DoneAsync("POST", $"keys/{id}/rotate", """{"keepOldSeconds":60}""");
        var newId = successor.GetProperty("id").GetString();
        Assert.NotEqual(id, newId);
        Assert.Equal(newId, KeyText.IdOf(successor.GetProperty("key").GetString()).ToString());
        Assert.Equal(id, successor.GetProperty("replaces").GetString());
        var old = await admin.DoneAsync("GET", $"keys/{id}");
        Assert.Equal((newId, "2026-01-02T03:05:05Z", "active"), (old.GetProperty("replacedBy").GetString(), old.GetProperty("expiresAt").GetString(), old.GetProperty("state").GetString()));
        foreach (var setting in new[] { "team", "name", "user", "allow", "limits", "tags" })
            Assert.Equal(old.GetProperty(setting).GetRawText(), successor.GetProperty(setting).GetRawText());
        Assert.Equal(JsonValueKind.Null, successor.GetProperty("expiresAt").ValueKind);
        Assert.Contains("Rotate that one", (await admin.RefusedAsync(409, "POST", $"keys/{id}/rotate")).GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal([$"key.create {newId}", $"key.rotate {id}"], (await admin.AuditAsync())[^2..]);

        await admin.DoneAsync("POST", $"keys/{newId}/rotate");
        Assert.Equal("expired", (await admin.DoneAsync("GET", $"keys/{newId}")).GetProperty("state").GetString());
    }

    [Fact]
    public async Task A_rotation_does_not_prolong_the_old_key()
    {
        await using var admin = new AdminUnderTest();
        var id = await KeyAsync(admin, """{"team":"red","expiresInSeconds":60}""");
        var successor = await admin.DoneAsync("POST", $"keys/{id}/rotate", """{"keepOldSeconds":7776000,"expiresInSeconds":90}""");
        Assert.Equal("2026-01-02T03:05:35Z", successor.GetProperty("expiresAt").GetString());
        Assert.Equal("2026-01-02T03:05:05Z", (await admin.DoneAsync("GET", $"keys/{id}")).GetProperty("expiresAt").GetString());
        admin.Clock.Advance(TimeSpan.FromSeconds(90));
        await admin.RefusedAsync(409, "POST", $"keys/{successor.GetProperty("id").GetString()}/rotate");
        await admin.RefusedAsync(400, "POST", $"keys/{id}/rotate", """{"keepOldSeconds":7776001}""");
    }

    [Fact]
    public async Task A_key_needs_a_team_and_a_user_that_exist()
    {
        await using var admin = new AdminUnderTest();
        await admin.RefusedAsync(404, "POST", "keys", """{"team":"red"}""");
        await admin.DoneAsync("POST", "teams", """{"id":"red"}""");
        var problem = await admin.RefusedAsync(400, "POST", "keys", """{"team":"red","user":"ann"}""");
        Assert.Equal("/user", problem.GetProperty("errors")[0].GetProperty("pointer").GetString());
        await admin.DoneAsync("POST", "users", """{"team":"red","id":"ann"}""");
        await admin.DoneAsync("POST", "keys", """{"team":"red","user":"ann"}""");
        await admin.RefusedAsync(409, "DELETE", "users/red/ann");
        Assert.Equal(204, (await admin.CallAsync("DELETE", "users/red/ann?force=true")).Status);
        Assert.Equal("revoked", (await admin.DoneAsync("GET", "keys?team=red")).GetProperty("items")[0].GetProperty("state").GetString());
    }

    /// <summary>The team disappears between the decision and the write, which no condition of the store can see.</summary>
    [Fact]
    public async Task A_key_of_a_team_that_is_deleted_meanwhile_is_revoked()
    {
        var before = new BeforeWrite();
        await using var admin = new AdminUnderTest(store => before.Of(store));
        await admin.DoneAsync("POST", "teams", """{"id":"red"}""");
        before.Next = store => store.WriteAsync(new(Guid.NewGuid().ToString(), [DocumentWrite.Delete(Team.Kind, "red", WriteCondition.Any)], []));
        await admin.RefusedAsync(409, "POST", "keys", """{"team":"red"}""");
        Assert.Equal("revoked", Assert.Single((await admin.DoneAsync("GET", "keys")).GetProperty("items").EnumerateArray()).GetProperty("state").GetString());
    }

    private static async Task<string> KeyAsync(AdminUnderTest admin, string body = """{"team":"red"}""")
    {
        await admin.DoneAsync("POST", "teams", """{"id":"red"}""");
        return (await admin.DoneAsync("POST", "keys", body)).GetProperty("id").GetString()!;
    }
}
