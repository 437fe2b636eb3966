using System.Globalization;
using System.Net;
using System.Text.Json;
using Dragoman.Functional.Tests.Harness;
using Xunit;

namespace Dragoman.Functional.Tests.Access;

/// <summary>What a request did cost, as its answer and the ledger tell it. The sidecar serves streams, and the functions whole answers.</summary>
public sealed class RequestCostTests : IAsyncLifetime
{
    private const string Models = """
        {
          "providers": {
            "mistral": { "dialect": "mistral", "baseUrl": "EMULATOR/v1", "apiKey": "test" },
            "spare": { "dialect": "openai", "baseUrl": "EMULATOR/v1", "apiKey": "test" }
          },
          "models": {
            "mistral-small-latest": { "provider": "mistral", "model": "mistral-small-latest", "price": { "input": 1, "output": 4 } },
            "slow": { "provider": "mistral", "model": "emulate-tps-20", "price": { "input": 1, "output": 4 } },
            "twice": { "targets": [{ "provider": "mistral", "model": "emulate-status-503" }, { "provider": "spare", "model": "emulate-tokens-5" }], "price": { "input": 1, "output": 4 } }
          }
        }
        """;

    private KeyedStack keyed = null!;

    public async Task InitializeAsync() => keyed = await KeyedStack.StartAsync(members: Models);

    public async Task DisposeAsync() => await keyed.DisposeAsync();

    public static TheoryData<string> Dialects => [.. Dialect.All.Select(dialect => dialect.Name)];

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task An_answer_and_the_ledger_tell_the_same_cost_to_whom_it_concerns(string name)
    {
        // The first team has no budget, and the second one has.
        foreach (var (team, members) in new[] { ("free-" + name, "{}"), ("held-" + name, """{"budgets":{"day":100}}""") })
        {
            await keyed.TeamAsync(team, members);
            var key = await keyed.KeyAsync(team);
            foreach (var stream in new[] { true, false })
            {
                using var request = Dialect.Of(name).Request(Requests.Model, stream);
                request.Headers.TE.ParseAdd("trailers");
                // nginx passes no trailers on.
                using var answer = await KeyedStack.SendAsync(stream ? keyed.Stack.Sidecar.Client : keyed.Stack.Client, request, key);
                Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
                var cost = decimal.Parse((stream ? answer.TrailingHeaders : answer.Headers).GetValues("x-dragoman-cost").Single(), CultureInfo.InvariantCulture);
                Assert.InRange(cost, 0.000001m, 0.1m);
                Assert.True(answer.Headers.Contains("x-dragoman-overhead-ms"));

                var found = await FindAsync(answer.RequestId(), key);
                Assert.Equal(cost, found.GetProperty("cost").GetDecimal());
                var used = found.GetProperty("tries")[0];
                Assert.Equal(cost, (used.GetProperty("inputTokens").GetInt64() + (4 * used.GetProperty("outputTokens").GetInt64())) / 1_000_000m);
                Assert.Equal((team, KeyedStack.IdOf(key), "mistral", "completed", "reported", 200), (
                    used.GetProperty("team").GetString(), used.GetProperty("key").GetString(), used.GetProperty("provider").GetString(),
                    used.GetProperty("outcome").GetString(), used.GetProperty("usage").GetString(), used.GetProperty("status").GetInt32()));
                Assert.Equal(cost, (await keyed.AdministrateAsync("GET", "requests/" + answer.RequestId())).GetProperty("cost").GetDecimal());
                var other = await keyed.KeyAsync(team);
                Assert.Equal(HttpStatusCode.NotFound, await keyed.StatusAsync(Question(answer.RequestId()), other));
                Assert.Equal(HttpStatusCode.Unauthorized, await keyed.StatusAsync(Question(answer.RequestId()), null));
            }
        }
    }

    [Fact]
    public async Task A_client_that_leaves_has_paid_for_what_it_got()
    {
        await keyed.TeamAsync("leaving");
        var key = await keyed.KeyAsync("leaving");
        string id;
        using (var request = Requests.OpenAIChat(stream: true, "slow"))
        {
            request.Headers.Authorization = new("Bearer", key);
            using var answer = await keyed.Stack.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            id = answer.RequestId();
            await using var stream = await answer.Content.ReadAsStreamAsync();
            await stream.ReadAtLeastAsync(new byte[400], 400);
        }

        var used = (await FindAsync(id, key)).GetProperty("tries")[0];
        Assert.Equal(("clientLeft", "estimated"), (used.GetProperty("outcome").GetString(), used.GetProperty("usage").GetString()));
        Assert.InRange(used.GetProperty("cost").GetDecimal(), 0.000001m, 0.01m);
    }

    [Fact]
    public async Task A_fallback_costs_what_the_target_that_answered_used()
    {
        await keyed.TeamAsync("falling");
        var key = await keyed.KeyAsync("falling");
        using var answer = await keyed.SendAsync(Requests.OpenAIChat(stream: false, "twice"), key);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        var used = Assert.Single((await FindAsync(answer.RequestId(), key)).GetProperty("tries").EnumerateArray());
        Assert.Equal(("spare", "emulate-tokens-5"), (used.GetProperty("provider").GetString(), used.GetProperty("upstreamModel").GetString()));
        Assert.Equal(answer.Headers.GetValues("x-dragoman-cost").Single(), used.GetProperty("cost").GetRawText());
    }

    private static HttpRequestMessage Question(string id) => new(HttpMethod.Get, "/dragoman/requests/" + id);

    /// <summary>Asks until the ledger knows a request.</summary>
    private async Task<JsonElement> FindAsync(string id, string key)
    {
        JsonElement found = default;
        await Eventually.HoldsAsync(
            async () =>
            {
                using var answer = await keyed.SendAsync(Question(id), key);
                if (answer.StatusCode == HttpStatusCode.NotFound)
                    return false;
                found = await answer.JsonAsync();
                return true;
            },
            () => $"nobody knows {id}; {keyed.Stack.Sidecar.Log}");
        return found;
    }
}
