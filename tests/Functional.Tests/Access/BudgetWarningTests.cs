using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Dragoman.Functional.Tests.Harness;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Dragoman.Functional.Tests.Access;

/// <summary>Budgets of tags, and budgets that warn, in all processes together.</summary>
public sealed class BudgetWarningTests : IAsyncLifetime
{
    private const string Header = "X-Dragoman-Budget-Warning";

    /// <summary>US dollars a million tokens: an answer without a limit reserves a little more than half a dollar.</summary>
    private const string Members = """
        {
          "providers": { "mistral": { "dialect": "mistral", "baseUrl": "EMULATOR/v1", "apiKey": "test" } },
          "models": { "mistral-small-latest": { "provider": "mistral", "model": "mistral-small-latest", "price": { "input": 1, "output": 4 } } },
          "budgets": { "webhook": { "url": "http://RECEIVER/hook?token=of-this-url", "secret": "env:HOOK_SECRET" } }
        }
        """;

    private readonly byte[] secret = RandomNumberGenerator.GetBytes(32);
    private RecordingUpstream receiver = null!;
    private KeyedStack keyed = null!;
    private int calls;

    public async Task InitializeAsync()
    {
        // It fails twice. A redirect is a failure, and nobody follows it.
        receiver = await RecordingUpstream.StartAsync("receiver", context =>
        {
            context.Response.StatusCode = Interlocked.Increment(ref calls) switch
            {
                1 => StatusCodes.Status307TemporaryRedirect,
                2 => StatusCodes.Status503ServiceUnavailable,
                _ => StatusCodes.Status204NoContent,
            };
            if (context.Response.StatusCode == StatusCodes.Status307TemporaryRedirect)
                context.Response.Headers.Location = "/elsewhere";
            return Task.CompletedTask;
        });
        keyed = await KeyedStack.StartAsync(
            members: Members.Replace("RECEIVER", receiver.Authority, StringComparison.Ordinal),
            environment: new Dictionary<string, string?> { ["HOOK_SECRET"] = "whsec_" + Convert.ToBase64String(secret) });
    }

    public async Task DisposeAsync()
    {
        await keyed.DisposeAsync();
        await receiver.DisposeAsync();
    }

    [Fact]
    public async Task A_budget_warns_in_every_answer_and_tells_the_webhook_once()
    {
        await keyed.TeamAsync("careful", """{"budgets":{"month":100,"warnAt":0.0001}}""");
        await keyed.TeamAsync("silent", """{"budgets":{"month":100}}""");
        var (key, silent) = (await keyed.KeyAsync("careful"), await keyed.KeyAsync("silent"));
        foreach (var dialect in Dialect.All)
        {
            foreach (var stream in new[] { true, false })
            {
                using var answer = await keyed.SendAsync(dialect.Request(Requests.Model, stream), key);
                var text = await answer.Content.ReadAsStringAsync();
                Assert.True(answer.StatusCode == HttpStatusCode.OK, text);
                Assert.Matches(@"^scope=team; id=careful; period=month; used=\d+; resets=\d{4}-\d\d-01T00:00:00Z$", Assert.Single(answer.Headers.GetValues(Header)));
                using var other = await keyed.SendAsync(dialect.Request(Requests.Model, stream), silent);
                Assert.False(other.Headers.Contains(Header));
            }
        }

        await Eventually.HoldsAsync(() => receiver.Requests.Count >= 3, () => $"{receiver.Requests.Count} came; {keyed.Stack.Sidecar.Log}{keyed.Stack.Functions!.Log}");
        using (var last = await keyed.SendAsync(Requests.OpenAIChat(stream: true), key))
            Assert.True(last.Headers.Contains(Header));
        var messages = receiver.Requests.ToArray();
        Assert.Equal(3, messages.Length);
        foreach (var message in messages)
        {
            Assert.Equal(("POST", "/hook?token=of-this-url", "application/json"), (message.Method, message.RawTarget, message.Headers["Content-Type"]));
            var (id, timestamp) = (message.Headers["webhook-id"], message.Headers["webhook-timestamp"]);
            Assert.Equal("v1," + Convert.ToBase64String(HMACSHA256.HashData(secret, Encoding.UTF8.GetBytes($"{id}.{timestamp}.{message.BodyText}"))), message.Headers["webhook-signature"]);
            Assert.InRange(DateTimeOffset.UtcNow - DateTimeOffset.FromUnixTimeSeconds(long.Parse(timestamp, null)), TimeSpan.FromSeconds(-1), TimeSpan.FromMinutes(2));
            var body = JsonElement.Parse(message.Body);
            Assert.Equal((id, "budget.warning", "month", 100m), (body.GetProperty("id").GetString(), body.GetProperty("type").GetString(), body.GetProperty("period").GetString(), body.GetProperty("limit").GetDecimal()));
            Assert.Equal("""{"scope":"team","id":"careful","team":"careful"}""", body.GetProperty("budget").GetRawText());
        }

        Assert.Single(messages.Select(message => (message.Headers["webhook-id"], message.BodyText)).Distinct());
        foreach (var lines in new[] { keyed.Stack.Sidecar.Log, keyed.Stack.Functions!.Log })
        {
            Assert.InRange(lines.Split("of the monthly budget of the team careful, which is $100, are used").Length - 1, 0, 1);
            Assert.DoesNotContain("of-this-url", lines, StringComparison.Ordinal);
            Assert.DoesNotContain(Convert.ToBase64String(secret), lines, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_tag_has_a_budget_over_two_teams_and_one_in_a_team()
    {
        const string Tag = """{"tags":{"project":"x/y z"}}""";
        await keyed.AdministrateAsync("PATCH", "organization", """{"tagBudgets":{"project=x/y z":{"month":5,"warnAt":0.01}}}""");
        await keyed.TeamAsync("one", """{"tagBudgets":{"project=x/y z":{"day":0.001}}}""");
        await keyed.TeamAsync("two");
        await keyed.TeamAsync("three");
        var (refused, two, three, untagged) = (await keyed.KeyAsync("one", Tag), await keyed.KeyAsync("two", Tag), await keyed.KeyAsync("three", Tag), await keyed.KeyAsync("one"));

        using (var answer = await keyed.SendAsync(Requests.OllamaChat(stream: true), refused))
        {
            Assert.Equal(HttpStatusCode.PaymentRequired, answer.StatusCode);
            Assert.Contains("The daily budget of the tag project=x/y z in the team one does not allow the request", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        foreach (var stream in new[] { true, false })
        {
            Assert.Equal(HttpStatusCode.OK, await keyed.StatusAsync(Requests.OllamaChat(stream), untagged));
            foreach (var key in new[] { two, three })
            {
                using var answer = await keyed.SendAsync(Requests.OllamaChat(stream), key);
                Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
                Assert.StartsWith("scope=tag; id=project=x/y%20z; period=month; used=", Assert.Single(answer.Headers.GetValues(Header)), StringComparison.Ordinal);
                await answer.Content.ReadAsStringAsync();
            }
        }

        // Each of the four answers has used something, and all of them the same.
        await Eventually.HoldsAsync(async () => await SpentAsync() is var spent && spent > 0 && spent % 4 == 0, () => keyed.Stack.Sidecar.Log);

        async Task<decimal> SpentAsync() =>
            (await keyed.AdministrateAsync("GET", "budgets?tag=project%3Dx%2Fy%20z")).GetProperty("budgets")[0].GetProperty("spent").GetDecimal() * 1_000_000;
    }
}
