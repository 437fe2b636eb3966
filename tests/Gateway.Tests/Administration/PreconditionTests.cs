using Dragoman.Stores;

namespace Dragoman.Gateway.Tests.Administration;

public class PreconditionTests
{
    [Theory]
    [InlineData("\"1\"", 200)]
    [InlineData("\"7\", \"1\"", 200)]
    [InlineData("*", 200)]
    [InlineData("\"2\"", 412)]
    [InlineData("W/\"1\"", 412)]
    [InlineData("1", 400)]
    [InlineData("\"1", 400)]
    [InlineData("", 400)]
    public async Task A_change_needs_the_version_that_it_names(string ifMatch, int status)
    {
        await using var admin = new AdminUnderTest();
        await admin.DoneAsync("POST", "teams", """{"id":"red"}""");
        Assert.Equal(status, (await admin.CallAsync("PATCH", "teams/red", """{"name":"x"}""", ifMatch: ifMatch)).Status);
    }

    [Fact]
    public async Task What_the_client_has_is_not_sent_again()
    {
        await using var admin = new AdminUnderTest();
        await admin.DoneAsync("POST", "teams", """{"id":"red"}""");
        var answer = await admin.CallAsync("GET", "teams/red", ifNoneMatch: "W/\"1\"");
        Assert.Equal((304, 0, "\"1\""), (answer.Status, answer.Body.Length, answer.ETag));
        Assert.Equal(200, (await admin.CallAsync("GET", "teams/red", ifNoneMatch: "\"2\"")).Status);
        Assert.Equal(400, (await admin.CallAsync("GET", "teams/red", ifNoneMatch: "x")).Status);
    }

    [Fact]
    public async Task Without_If_Match_a_change_is_decided_anew_when_somebody_was_faster()
    {
        var before = new BeforeWrite();
        await using var admin = new AdminUnderTest(store => before.Of(store));
        await admin.DoneAsync("POST", "teams", """{"id":"red"}""");
        before.Next = _ => admin.DoneAsync("PATCH", "teams/red", """{"name":"other","tags":{"a":"1"}}""");
        var answer = await admin.DoneAsync("PATCH", "teams/red", """{"name":"mine"}""");
        Assert.Equal(("mine", "1"), (answer.GetProperty("name").GetString(), answer.GetProperty("tags").GetProperty("a").GetString()));

        before.Next = _ => admin.DoneAsync("PATCH", "teams/red", """{"name":"other"}""");
        Assert.Equal(412, (await admin.CallAsync("PATCH", "teams/red", """{"name":"mine"}""", ifMatch: "\"3\"")).Status);
        Assert.Equal("other", (await admin.DoneAsync("GET", "teams/red")).GetProperty("name").GetString());
    }

    [Fact]
    public async Task Two_writers_lose_nothing()
    {
        await using var admin = new AdminUnderTest();
        await admin.DoneAsync("POST", "teams", """{"id":"red"}""");
        await Task.WhenAll(WriteAsync("a"), WriteAsync("b"));
        Assert.Equal(20, (await admin.DoneAsync("GET", "teams/red")).GetProperty("tags").EnumerateObject().Count());
        Assert.Equal(21, (await admin.AuditAsync()).Count);

        async Task WriteAsync(string writer)
        {
            for (var count = 0; count < 10; count++)
                await admin.DoneAsync("PATCH", "teams/red", $$$"""{"tags":{"{{{writer}}}{{{count}}}":"x"}}""");
        }
    }

    /// <summary>A change that is never made because others are always faster ends.</summary>
    [Fact]
    public async Task A_change_is_not_tried_for_ever()
    {
        var before = new BeforeWrite();
        await using var admin = new AdminUnderTest(store => before.Of(store));
        await admin.DoneAsync("POST", "teams", """{"id":"red"}""");
        var json = (await admin.Store.GetAsync("team", "red"))!.Json;
        before.Always = store => store.WriteAsync(new(Guid.NewGuid().ToString(), [DocumentWrite.Put("team", "red", json, WriteCondition.Any)], []));
        await admin.RefusedAsync(409, "PATCH", "teams/red", """{"name":"x"}""");
    }
}
