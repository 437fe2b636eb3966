using System.Text;
using Dragoman.Access.Directory;
using Microsoft.Data.Sqlite;

namespace Dragoman.Gateway.Tests.Administration;

public class AuditResourceTests
{
    [Fact]
    public async Task A_change_is_logged_with_who_and_what()
    {
        await using var admin = new AdminUnderTest();
        await admin.DoneAsync("POST", "teams", """{"id":"red"}""");
        await admin.DoneAsync("POST", "users", """{"id":"bob"}""", AdminUnderTest.Of("red", "ann", Role.Lead));
        var before = (await admin.DoneAsync("GET", "users/red/bob")).GetRawText();
        var after = (await admin.DoneAsync("PATCH", "users/red/bob", """{"name":"Bob"}""")).GetRawText();
        var entries = (await admin.DoneAsync("GET", "audit")).GetProperty("items");
        Assert.Equal(3, entries.GetArrayLength());
        Assert.Equal("""{"kind":"user","id":"bob","team":"red"}""", entries[1].GetProperty("target").GetRawText());
        Assert.Equal("""{"kind":"token","team":"red","user":"ann","key":null,"address":"192.0.2.2","requestId":"request-2"}""", entries[1].GetProperty("actor").GetRawText());
        Assert.Equal("""{"kind":"adminKey","team":null,"user":null,"key":null,"address":"192.0.2.1","requestId":"request-1"}""", entries[2].GetProperty("actor").GetRawText());
        Assert.Equal(("2026-01-02T03:04:05Z", "user.update", before, after), (entries[2].GetProperty("time").GetString(), entries[2].GetProperty("action").GetString(), entries[2].GetProperty("before").GetRawText(), entries[2].GetProperty("after").GetRawText()));
    }

    [Fact]
    public async Task What_is_refused_is_not_logged()
    {
        await using var admin = new AdminUnderTest();
        await admin.DoneAsync("POST", "teams", """{"id":"red"}""");
        await admin.RefusedAsync(409, "POST", "teams", """{"id":"red"}""");
        await admin.RefusedAsync(400, "PATCH", "teams/red", """{"x":1}""");
        await admin.RefusedAsync(403, "PATCH", "teams/red", "{}", AdminUnderTest.Of("red", "ann", Role.Lead));
        Assert.Equal(["team.create red"], await admin.AuditAsync());
    }

    [Fact]
    public async Task The_log_is_read_by_pages_of_all_teams_or_of_one()
    {
        await using var admin = new AdminUnderTest();
        foreach (var team in new[] { "red", "blue" })
            await admin.DoneAsync("POST", "teams", $$"""{"id":"{{team}}"}""");
        for (var count = 0; count < 4; count++)
        {
            foreach (var team in new[] { "red", "blue" })
                await admin.DoneAsync("PATCH", $"teams/{team}", $$"""{"name":"{{count}}"}""");
        }

        Assert.Equal(["4", "4", "2"], await PagesAsync("audit?limit=4"));
        Assert.Equal(["2", "2", "1"], await PagesAsync("audit?limit=2&team=blue"));
        Assert.Equal(["5"], await PagesAsync("audit?limit=5&team=blue"));
        Assert.Equal(["0"], await PagesAsync("audit?team=none"));

        async Task<List<string>> PagesAsync(string path)
        {
            var pages = new List<string>();
            for (string? after = null; ;)
            {
                var page = await admin.DoneAsync("GET", after is null ? path : $"{path}&after={after}");
                pages.Add($"{page.GetProperty("items").GetArrayLength()}");
                after = page.GetProperty("next").GetString();
                if (after is null)
                    return pages;
            }
        }
    }

    /// <summary>Everything that is stored is searched for the key and, outside its own document, for its digest.</summary>
    [Fact]
    public async Task No_key_is_stored_or_logged()
    {
        await using var admin = new AdminUnderTest();
        await admin.DoneAsync("POST", "teams", """{"id":"red"}""");
        var created = AdminUnderTest.Json(await admin.CallAsync("POST", "keys", """{"team":"red"}""", idempotencyKey: "k1"));
        var id = created.GetProperty("id").GetString()!;
        var rotated = AdminUnderTest.Json(await admin.CallAsync("POST", $"keys/{id}/rotate", """{"keepOldSeconds":60}""", idempotencyKey: "k2"));
        await admin.DoneAsync("PATCH", $"keys/{id}", """{"name":"x"}""");
        await admin.DoneAsync("DELETE", $"keys/{id}");
        var texts = new[] { created, rotated }.Select(key => key.GetProperty("key").GetString()!).ToList();
        var digests = texts.Select(text => System.Security.Cryptography.SHA256.HashData(Encoding.ASCII.GetBytes(text))).ToList();

        var audit = string.Join('\n', (await admin.Store.AuditAsync(0, 500)).Select(entry => Encoding.UTF8.GetString(entry.Json.Span)));
        var others = string.Join('\n', (await admin.Store.ChangesAsync(0, 500)).Changes.Where(change => change.Kind != TeamKey.Kind).Select(change => Encoding.UTF8.GetString(change.Json!.Value.Span)));
        foreach (var digest in digests)
        {
            foreach (var form in new[] { Convert.ToBase64String(digest), Convert.ToHexString(digest), Convert.ToHexStringLower(digest) })
            {
                Assert.DoesNotContain(form, audit, StringComparison.Ordinal);
                Assert.DoesNotContain(form, others, StringComparison.Ordinal);
            }
        }

        // The write-ahead log is copied into the file, and the file is not kept open.
        SqliteConnection.ClearAllPools();
        var files = Directory.GetFiles(admin.Folder, "*", SearchOption.AllDirectories);
        Assert.NotEmpty(files);
        foreach (var file in files)
        {
            var bytes = await File.ReadAllBytesAsync(file);
            foreach (var text in texts)
            {
                Assert.Equal(-1, bytes.AsSpan().IndexOf(Encoding.ASCII.GetBytes(text)));
                Assert.Equal(-1, bytes.AsSpan().IndexOf(Encoding.ASCII.GetBytes(text[16..38])));
                Assert.Equal(-1, bytes.AsSpan().IndexOf(Encoding.Unicode.GetBytes(text[16..38])));
            }
        }
    }
}
