using System.Text;
using Dragoman.Administration;

namespace Dragoman.Gateway.Tests.Administration;

public class MalformedCallTests
{
    /// <summary>Each body with the place of its one mistake, and a word of what is allowed.</summary>
    [Theory]
    [InlineData("", "/id", "required")]
    [InlineData("{", "", "not valid JSON")]
    [InlineData("{} x", "", "not valid JSON")]
    [InlineData("[]", "", "must be a JSON object, not a list")]
    [InlineData("\"x\"", "", "must be a JSON object, not text")]
    [InlineData("null", "", "must be a JSON object, not null")]
    [InlineData("""{"id":"red","id":"blue"}""", "", "not valid JSON")]
    [InlineData("""{"id":"red","\u0069d":"blue"}""", "", "not valid JSON")]
    [InlineData("""{"id":"red","name":"a","tags":{"x":"1","x":"2"}}""", "", "not valid JSON")]
    [InlineData("""{"id":"red","\ud800":1}""", "", "surrogate")]
    [InlineData("""{"id":"red","name":"\ud800"}""", "/name", "surrogate")]
    [InlineData("""{"id":"red","tags":{"\udfff":"1"}}""", "", "surrogate")]
    [InlineData("""{"id":null}""", "/id", "must be text, not null")]
    [InlineData("""{"id":7}""", "/id", "must be text, not 7")]
    [InlineData("""{"id":"Red"}""", "/id", "a-z")]
    [InlineData("""{"id":"-red"}""", "/id", "a-z")]
    [InlineData("""{"id":"red/blue"}""", "/id", "a-z")]
    [InlineData("""{"id":"red","nmae":"x"}""", "/nmae", "allowed are id, name, disabled, allow, limits, userLimits, budgets, userBudgets, tagBudgets, timeZone, tags")]
    [InlineData("""{"id":"red","a/b~c":1}""", "/a~1b~0c", "is not known")]
    [InlineData("""{"id":"red","createdAt":null}""", "/createdAt", "cannot be changed")]
    [InlineData("""{"id":"red","name":""}""", "/name", "1 to 200 characters")]
    [InlineData("""{"id":"red","name":"a\u0000b"}""", "/name", "control characters")]
    [InlineData("""{"id":"red","disabled":"true"}""", "/disabled", "must be true, false or null, not text")]
    [InlineData("""{"id":"red","allow":[]}""", "/allow", "must be an object or null, not a list")]
    [InlineData("""{"id":"red","allow":{"model":["x"]}}""", "/allow/model", "allowed are models, endpoints, networks")]
    [InlineData("""{"id":"red","allow":{"models":"x"}}""", "/allow/models", "list of texts")]
    [InlineData("""{"id":"red","allow":{"models":["a",1]}}""", "/allow/models/1", "must be text, not 1")]
    [InlineData("""{"id":"red","allow":{"models":["a","a"]}}""", "/allow/models/1", "twice")]
    [InlineData("""{"id":"red","allow":{"models":["a b"]}}""", "/allow/models/0", "spaces")]
    [InlineData("""{"id":"red","allow":{"endpoints":["v1/chat"]}}""", "/allow/endpoints/0", "begin with /")]
    [InlineData("""{"id":"red","allow":{"networks":["10.0.0.1/8"]}}""", "/allow/networks/0", "10.0.0.0/8")]
    [InlineData("""{"id":"red","allow":{"networks":["10.1"]}}""", "/allow/networks/0", "10.0.0.0/8")]
    [InlineData("""{"id":"red","allow":{"networks":["::ffff:10.0.0.1"]}}""", "/allow/networks/0", "is not a network")]
    [InlineData("""{"id":"red","allow":{"networks":["fe80::1%1"]}}""", "/allow/networks/0", "10.0.0.0/8")]
    [InlineData("""{"id":"red","limits":{"requestsPerMinute":0}}""", "/limits/requestsPerMinute", "from 1 to 1000000000")]
    [InlineData("""{"id":"red","limits":{"requestsPerMinute":1.5}}""", "/limits/requestsPerMinute", "whole number")]
    [InlineData("""{"id":"red","limits":{"requestsPerMinute":1e99}}""", "/limits/requestsPerMinute", "whole number")]
    [InlineData("""{"id":"red","limits":{"requestsPerMinute":"5"}}""", "/limits/requestsPerMinute", "not text")]
    [InlineData("""{"id":"red","limits":{"requestsPerHour":5}}""", "/limits/requestsPerHour", "allowed are requestsPerMinute, tokensPerMinute, concurrentRequests")]
    [InlineData("""{"id":"red","tags":{"a b":"1"}}""", "/tags/a b", "name of a tag")]
    [InlineData("""{"id":"red","tags":{"a":1}}""", "/tags/a", "must be text")]
    public async Task A_mistake_is_named_with_its_place(string body, string pointer, string detail)
    {
        await using var admin = new AdminUnderTest();
        var problem = await admin.RefusedAsync(400, "POST", "teams", body.Length == 0 ? null : body);
        var error = Assert.Single(problem.GetProperty("errors").EnumerateArray());
        Assert.Equal(pointer, error.GetProperty("pointer").GetString());
        Assert.Contains(detail, error.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Empty(await admin.AuditAsync());
    }

    [Theory]
    [InlineData("""{"team":"red","expiresAt":"tomorrow"}""", "/expiresAt", "RFC 3339")]
    [InlineData("""{"team":"red","expiresAt":"2027-01-31T12:00:00"}""", "/expiresAt", "RFC 3339")]
    [InlineData("""{"team":"red","expiresAt":"2026-01-02T03:04:05Z"}""", "/expiresAt", "after now, 2026-01-02T03:04:05Z")]
    [InlineData("""{"team":"red","expiresAt":"9999-01-02T03:04:05Z"}""", "/expiresAt", "36500 days")]
    [InlineData("""{"team":"red","expiresInSeconds":0}""", "/expiresInSeconds", "from 1 to")]
    [InlineData("""{"team":"red","expiresInSeconds":60,"expiresAt":"2027-01-31T12:00:00+01:00"}""", "/expiresInSeconds", "together")]
    [InlineData("""{"team":"red","user":"a b"}""", "/user", "letters")]
    [InlineData("""{"team":"red","user":"none"}""", "/user", "no user of team red")]
    [InlineData("""{"team":"red","key":"dgm_x"}""", "/key", "is not known")]
    public async Task A_mistake_in_a_key_is_named_with_its_place(string body, string pointer, string detail)
    {
        await using var admin = new AdminUnderTest();
        await admin.DoneAsync("POST", "teams", """{"id":"red"}""");
        var problem = await admin.RefusedAsync(400, "POST", "keys", body);
        var error = Assert.Single(problem.GetProperty("errors").EnumerateArray());
        Assert.Equal(pointer, error.GetProperty("pointer").GetString());
        Assert.Contains(detail, error.GetProperty("detail").GetString(), StringComparison.Ordinal);
        await admin.DoneAsync("POST", "keys", """{"team":"red","expiresAt":"2027-01-31T12:00:00.5+01:00"}""");
    }

    [Theory]
    [InlineData("""{"team":"red","id":"a/b"}""", "/id")]
    [InlineData("""{"team":"red","id":"ann","roles":["owner"]}""", "/roles/0")]
    [InlineData("""{"team":"red","id":"ann","roles":["Admin"]}""", "/roles/0")]
    [InlineData("""{"team":"red","id":"ann","roles":"admin"}""", "/roles")]
    [InlineData("""{"team":"red","id":"ann","roles":["lead","lead"]}""", "/roles/1")]
    public async Task A_mistake_in_a_user_is_named_with_its_place(string body, string pointer)
    {
        await using var admin = new AdminUnderTest();
        await admin.DoneAsync("POST", "teams", """{"id":"red"}""");
        var problem = await admin.RefusedAsync(400, "POST", "users", body);
        Assert.Equal(pointer, Assert.Single(problem.GetProperty("errors").EnumerateArray()).GetProperty("pointer").GetString());
    }

    [Fact]
    public async Task All_mistakes_are_named_at_once()
    {
        await using var admin = new AdminUnderTest();
        var problem = await admin.RefusedAsync(400, "POST", "teams?x=1", """{"id":"Red","nmae":1,"limits":{"tokensPerMinute":-1},"allow":{"networks":["x"]}}""");
        Assert.Equal(5, problem.GetProperty("errors").GetArrayLength());
        Assert.Contains("There are 5 mistakes", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("teams?limit=0", "limit")]
    [InlineData("teams?limit=501", "limit")]
    [InlineData("teams?limit=x", "limit")]
    [InlineData("teams?limit=1&limit=2", "limit")]
    [InlineData("teams?after=", "after")]
    [InlineData("teams?before=x", "before")]
    [InlineData("teams/red?x=1", "x")]
    [InlineData("audit?after=-1", "after")]
    [InlineData("limits", "key")]
    [InlineData("limits?key=x&team=red", "key")]
    [InlineData("limits?key=x&user=ann", "user")]
    [InlineData("roles?x", "x")]
    [InlineData("whoami?x=1", "x")]
    public async Task A_mistake_in_the_query_is_named(string path, string parameter)
    {
        await using var admin = new AdminUnderTest();
        await admin.DoneAsync("POST", "teams", """{"id":"red"}""");
        var problem = await admin.RefusedAsync(400, "GET", path);
        Assert.Equal(parameter, problem.GetProperty("errors")[0].GetProperty("parameter").GetString());
    }

    [Theory]
    [InlineData("application/json", 200)]
    [InlineData("application/merge-patch+json; charset=utf-8", 200)]
    [InlineData("Application/JSON", 200)]
    [InlineData("application/json-patch+json", 415)]
    [InlineData("application/x-www-form-urlencoded", 200)]
    [InlineData("multipart/form-data", 415)]
    public async Task The_media_type_is_checked(string contentType, int status)
    {
        await using var admin = new AdminUnderTest();
        await admin.DoneAsync("POST", "teams", """{"id":"red"}""");
        Assert.Equal(status, (await admin.CallAsync("PATCH", "teams/red", "{}", contentType: contentType)).Status);
        Assert.Equal(415, (await admin.CallAsync("POST", "teams", """{"id":"b"}""", contentType: "application/merge-patch+json")).Status);
    }

    [Theory]
    [InlineData("application/json", 201)]
    [InlineData("application/x-www-form-urlencoded", 415)]
    [InlineData("text/plain", 415)]
    [InlineData(null, 415)]
    public async Task A_web_page_must_say_that_it_sends_json(string? contentType, int status)
    {
        await using var admin = new AdminUnderTest();
        var call = new AdminCall("POST", "teams", AdminUnderTest.Admin) { Body = """{"id":"red"}"""u8.ToArray(), ContentType = contentType, IsFromPage = true };
        Assert.Equal(status, (await admin.Api.HandleAsync(call)).Status);
    }

    [Theory]
    [InlineData("DELETE", "organization", "GET, PATCH")]
    [InlineData("DELETE", "teams", "GET, POST")]
    [InlineData("POST", "teams/red", "GET, PATCH, DELETE")]
    [InlineData("POST", "keys/000000000000", "GET, PATCH, DELETE")]
    [InlineData("GET", "keys/000000000000/rotate", "POST")]
    [InlineData("PUT", "users/red/ann", "GET, PATCH, DELETE")]
    [InlineData("POST", "audit", "GET")]
    public async Task Another_method_is_told_which_are_allowed(string method, string path, string allowed)
    {
        await using var admin = new AdminUnderTest();
        var answer = await admin.CallAsync(method, path);
        Assert.Equal((405, allowed), (answer.Status, answer.Allow));
    }

    [Theory]
    [InlineData("")]
    [InlineData("tems")]
    [InlineData("teams/red/x")]
    [InlineData("teams/Red")]
    [InlineData("keys/a%2Fb")]
    [InlineData("keys/000000000000/revoke")]
    [InlineData("users/red")]
    [InlineData("users/red/ann/x")]
    [InlineData("users/../ann")]
    [InlineData("organization/x")]
    [InlineData("whoami/x")]
    public async Task What_is_not_there_is_a_404(string path)
    {
        await using var admin = new AdminUnderTest();
        await admin.RefusedAsync(404, "GET", path);
    }

    [Fact]
    public async Task Bytes_that_are_no_text_are_refused()
    {
        await using var admin = new AdminUnderTest();
        var answer = await admin.Api.HandleAsync(new AdminCall("POST", "teams", AdminUnderTest.Admin) { Body = new byte[] { (byte)'{', 0xFF, (byte)'}' } });
        Assert.Equal(400, answer.Status);
        answer = await admin.Api.HandleAsync(new AdminCall("POST", "teams", AdminUnderTest.Admin) { Body = Encoding.UTF8.GetBytes(new string(' ', AdminApi.LargestBody + 1)) });
        Assert.Equal(413, answer.Status);
        answer = await admin.CallAsync("POST", "teams", new string('[', 60_000));
        Assert.Equal(400, answer.Status);
    }

    [Fact]
    public async Task A_state_that_would_not_fit_into_the_audit_log_is_refused()
    {
        await using var admin = new AdminUnderTest();
        var most = string.Join(',', Enumerable.Range(0, 100).Select(index => $"\"*{index}{new string('x', 190)}\""));
        var problem = await admin.RefusedAsync(400, "POST", "teams", "{\"id\":\"red\",\"allow\":{\"models\":[" + most + "],\"endpoints\":[" + most + "]}}");
        Assert.Contains("at most 24576", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        await admin.DoneAsync("POST", "teams", "{\"id\":\"red\",\"allow\":{\"models\":[" + most + "]}}");
        await admin.DoneAsync("PATCH", "teams/red", "{\"allow\":{\"models\":null,\"endpoints\":[" + most + "]}}");
    }
}
