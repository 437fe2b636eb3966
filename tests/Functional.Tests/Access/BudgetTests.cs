using System.Globalization;
using System.Net;
using System.Text.Json;
using Dragoman.Functional.Tests.Harness;
using Xunit;

namespace Dragoman.Functional.Tests.Access;

/// <summary>Budgets, kept by the sidecar and the functions together.</summary>
public sealed class BudgetTests : IAsyncLifetime
{
    /// <summary>US dollars a million tokens.</summary>
    private const string Models = """
        {
          "providers": { "mistral": { "dialect": "mistral", "baseUrl": "EMULATOR/v1", "apiKey": "test" } },
          "models": {
            "mistral-small-latest": { "provider": "mistral", "model": "mistral-small-latest", "price": { "input": 1, "output": 4 } },
            "unpriced": { "provider": "mistral", "model": "mistral-small-latest" }
          }
        }
        """;

    private KeyedStack keyed = null!;

    public async Task InitializeAsync() => keyed = await KeyedStack.StartAsync(members: Models);

    public async Task DisposeAsync() => await keyed.DisposeAsync();

    public static TheoryData<string, int, string> Refusals => new()
    {
        { "ollama", 402, "" },
        { "openai", 429, "insufficient_quota" },
        { "responses", 429, "insufficient_quota" },
        { "anthropic", 402, "billing_error" },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task A_refusal_has_the_form_of_the_clients_api_and_says_what_is_left(string name, int status, string type)
    {
        var dialect = Dialect.Of(name);
        await keyed.TeamAsync("poor-" + name, """{"budgets":{"day":0.001}}""");
        var key = await keyed.KeyAsync("poor-" + name);
        foreach (var stream in new[] { true, false })
        {
            using var answer = await keyed.SendAsync(dialect.Request(Requests.Model, stream), key);
            var error = await answer.JsonAsync();
            Assert.Equal(status, (int)answer.StatusCode);
            Assert.Contains($"The daily budget of the team poor-{name} does not allow the request: it is $0.001 in all, and", dialect.ErrorMessage(error), StringComparison.Ordinal);
            Assert.Equal("false", answer.Headers.GetValues("x-should-retry").Single());
            Assert.InRange(answer.Headers.RetryAfter!.Delta!.Value, TimeSpan.Zero, TimeSpan.FromDays(1));
            if (type.Length > 0)
                Assert.Equal(type, error.GetProperty("error").GetProperty("type").GetString());
        }
    }

    /// <summary>Programs that speak Ollama hardly ever limit their answers.</summary>
    [Theory]
    [InlineData("ollama", true)]
    [InlineData("ollama", false)]
    [InlineData("openai", true)]
    [InlineData("openai", false)]
    [InlineData("responses", true)]
    public async Task An_answer_that_the_client_does_not_limit_is_limited_to_what_is_left(string name, bool stream)
    {
        var team = $"frugal-{name}-{stream}".ToLowerInvariant();
        await keyed.TeamAsync(team, """{"budgets":{"day":0.05}}""");
        using var answer = await keyed.SendAsync(Dialect.Of(name).Request(Requests.Model, stream), await keyed.KeyAsync(team));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var limit = int.Parse(Assert.Single(answer.Headers.GetValues("x-dragoman-output-limit")), CultureInfo.InvariantCulture);
        // The prompt may cost a few thousandths, and the rest would do for some 12,000 tokens.
        Assert.Equal(4096, limit);
        var sent = (await keyed.Stack.ProviderRequestsAsync())[^1];
        Assert.Equal(limit, sent.GetProperty("body").GetProperty("max_tokens").GetInt32());
    }

    [Fact]
    public async Task A_model_without_a_price_is_not_used_under_a_budget()
    {
        await keyed.TeamAsync("unpriced", """{"budgets":{"total":100}}""");
        var key = await keyed.KeyAsync("unpriced");
        using var answer = await keyed.SendAsync(Requests.OllamaChat(stream: false, "unpriced"), key);
        Assert.Equal(HttpStatusCode.PaymentRequired, answer.StatusCode);
        Assert.Contains("price of the model 'unpriced' is not known", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    /// <summary>Streams are served by the sidecar, whole answers by the functions. The tightest of the two budgets ends it.</summary>
    [Fact]
    public async Task What_is_spent_is_what_the_answers_report_and_never_more_than_the_budget()
    {
        const decimal Limit = 0.06m;
        await keyed.TeamAsync("busy", $$"""{"budgets":{"month":1,"total":{{Limit}} } }""");
        var key = await keyed.KeyAsync("busy");
        decimal spent = 0;
        var refused = 0;
        await Parallel.ForEachAsync(Enumerable.Range(0, 200), new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (number, cancellation) =>
        {
            var stream = number % 2 == 0;
            using var request = Requests.Post("/v1/chat/completions", $$"""{"model":"{{Requests.Model}}","stream":{{(stream ? "true" : "false")}},"stream_options":{{(stream ? """{"include_usage":true}""" : "null")}},"max_tokens":500,"messages":[{"role":"user","content":"Say something"}]}""");
            using var answer = await keyed.SendAsync(request, key);
            var text = await answer.Content.ReadAsStringAsync(cancellation);
            if (answer.StatusCode == HttpStatusCode.TooManyRequests)
            {
                Assert.Contains("insufficient_quota", text, StringComparison.Ordinal);
                Interlocked.Increment(ref refused);
                return;
            }

            Assert.True(answer.StatusCode == HttpStatusCode.OK, text);
            var usage = stream ? text.Split("data: ").Where(each => each.Contains("\"prompt_tokens\"", StringComparison.Ordinal)).Select(each => JsonElement.Parse(each)).Last() : JsonElement.Parse(text);
            var (input, output) = (usage.GetProperty("usage").GetProperty("prompt_tokens").GetInt64(), usage.GetProperty("usage").GetProperty("completion_tokens").GetInt64());
            lock (keyed)
                spent += (input + (4 * output)) / 1_000_000m;
            var state = await BudgetAsync("busy", "total");
            Assert.True(state.GetProperty("spent").GetDecimal() + state.GetProperty("reserved").GetDecimal() <= Limit, state.GetRawText());
        });

        Assert.InRange(spent, 0.001m, Limit);
        foreach (var period in new[] { "month", "total" })
        {
            await Eventually.HoldsAsync(
                async () => await BudgetAsync("busy", period) is var state && state.GetProperty("spent").GetDecimal() == spent && state.GetProperty("assumed").GetDecimal() == 0,
                () => $"{spent} was reported and {refused} requests refused; {keyed.Stack.Sidecar.Log}");
        }
    }

    [Fact]
    public async Task A_budget_goes_on_when_its_key_is_rotated()
    {
        await keyed.TeamAsync("turning");
        var key = await keyed.KeyAsync("turning", """{"budgets":{"total":5}}""");
        Assert.Equal(HttpStatusCode.OK, await keyed.StatusAsync(Requests.OllamaChat(stream: false), key));
        var next = await keyed.AdministrateAsync("POST", $"keys/{KeyedStack.IdOf(key)}/rotate", "{}");
        await Eventually.HoldsAsync(async () => await SpentAsync(next.GetProperty("id").GetString()!) > 0, () => keyed.Stack.Functions!.Log);
        Assert.Equal(await SpentAsync(KeyedStack.IdOf(key)), await SpentAsync(next.GetProperty("id").GetString()!));

        async Task<decimal> SpentAsync(string id) =>
            (await keyed.AdministrateAsync("GET", "budgets?key=" + id)).GetProperty("budgets")[0].GetProperty("spent").GetDecimal();
    }

    private async Task<JsonElement> BudgetAsync(string team, string period) =>
        (await keyed.AdministrateAsync("GET", "budgets?team=" + team)).GetProperty("budgets").EnumerateArray().Single(budget => budget.GetProperty("period").GetString() == period);
}
