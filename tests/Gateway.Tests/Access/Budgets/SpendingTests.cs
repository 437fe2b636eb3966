using Dragoman.Access;
using Dragoman.Access.Budgets;
using Dragoman.Access.Limits;
using Dragoman.Configuration;
using Dragoman.Conversation;
using Dragoman.Gateway.Tests.Stores.Ledger;
using Dragoman.Locales;
using Dragoman.Prices;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dragoman.Gateway.Tests.Access.Budgets;

/// <summary>What is reserved for a request, and what it costs.</summary>
public sealed class SpendingTests : IAsyncDisposable
{
    private const string Json = """
        {
          "providers": { "one": { "dialect": "openai", "baseUrl": "http://127.0.0.1:1/v1", "apiKey": "k" }, "two": { "dialect": "mistral", "baseUrl": "http://127.0.0.1:2/v1", "apiKey": "k" } },
          "models": { "both": { "targets": [{ "provider": "one", "model": "cheap" }, { "provider": "two", "model": "dear" }] }, "fixed": { "provider": "one", "model": "x", "price": { "input": 1, "output": 4, "tiers": { "priority": 2 } } }, "unknown": { "provider": "one", "model": "y" } },
          "prices": { "file": "Configuration/prices.json" }
        }
        """;

    private static readonly Target Fixed = new("one", "x");

    private readonly SimulatedLedger store = new();

    public ValueTask DisposeAsync() => store.DisposeAsync();

    /// <summary>1,000 tokens of prompt and 50 of each answer; the dearest tier costs twice as much.</summary>
    [Theory]
    [InlineData(50L, 1, 2 * (1000 + 200))]
    [InlineData(50L, 3, 2 * (1000 + 200))]
    [InlineData(null, 1, 2 * (1000L + (4 * Spending.MostOutputTokens)))]
    [InlineData(null, 2, 2 * (1000L + (8 * Spending.MostOutputTokens)))]
    public async Task The_most_that_any_tier_costs_is_reserved(long? output, int choices, long microdollars)
    {
        await using var spending = Open();
        var hold = await spending.ReserveAsync(Caller(1000), Planned("fixed", [Fixed], output, choices), spending.Rules, default);
        Assert.Equal(microdollars * 1_000_000, hold.Amount);
        hold.Settle(0, null);
    }

    /// <summary>A token of the answer costs 8 microdollars in the dearest tier, and the prompt 2,000.</summary>
    [Theory]
    [InlineData(0.9, 1, 28_062)]
    [InlineData(0.1, 1, 4096)]
    [InlineData(0.03, 1, 3500)]
    [InlineData(0.011, 1, 1125)]
    [InlineData(0.9, 2, 28_062)]
    [InlineData(0.1, 2, 8192)]
    public async Task An_answer_without_a_limit_is_limited_to_what_is_left(double dollars, int choices, long limit)
    {
        await using var spending = Open();
        var hold = await spending.ReserveAsync(Caller((decimal)dollars), Planned("fixed", [Fixed], null, choices), spending.Rules, default);
        Assert.Equal((limit, (2000 + (8 * limit)) * 1_000_000), (hold.OutputLimit, hold.Amount));
        hold.Settle(0, null);
        // Nothing is limited without need.
        hold = await spending.ReserveAsync(Caller(1000), Planned("fixed", [Fixed], null, choices), spending.Rules, default);
        Assert.Null(hold.OutputLimit);
        // It would not have waited for more, because a shorter answer would do too.
        Assert.True(hold.IsTrial);
        hold.Settle(0, null);
    }

    [Fact]
    public async Task Each_choice_of_an_answer_gets_enough_to_be_of_use()
    {
        await using var spending = Open();
        // There is enough for 1,125 tokens, but not for 1,024 of each choice.
        var refused = await Assert.ThrowsAsync<GatewayException>(async () => await spending.ReserveAsync(Caller(0.011m), Planned("fixed", [Fixed], null, 2), spending.Rules, default));
        Assert.Equal("budget_exceeded", refused.Error.Code);
    }

    /// <summary>It is what the ledger notes if the process dies before the answer.</summary>
    [Fact]
    public async Task A_hold_says_what_was_about_to_be_used()
    {
        await using var spending = Open();
        var hold = await spending.ReserveAsync(Caller(1), Planned("fixed", [Fixed, new("two", "dear")], 50, 1), spending.Rules, default);
        Assert.Equal(("r-1", "web", "fixed", "one", "x"), (hold.Draft.RequestId, hold.Draft.Team, hold.Draft.Model, hold.Draft.Provider, hold.Draft.Target));
        Assert.Equal(("openai.chat", "failed", "assumed"), (hold.Draft.Dialect, hold.Draft.Outcome, hold.Draft.Origin));
        // It waits for what others hold, because nothing smaller would do.
        Assert.False(hold.IsTrial);
        hold.Settle(0, null);
        // Where nobody is asked, there is no target.
        hold = await spending.ReserveAsync(Caller(1), Planned("fixed", [], 50, 1), spending.Rules, default);
        Assert.Equal((0, null, null), (hold.Amount, hold.Draft.Provider, hold.Draft.Target));
        hold.Settle(0, null);
    }

    [Fact]
    public async Task A_request_is_settled_by_the_rules_by_which_it_was_reserved()
    {
        var caller = Caller(1);
        await using (var spending = Open())
        {
            var use = Planned("fixed", [Fixed], 50, 1);
            var rules = spending.Rules;
            var hold = await spending.ReserveAsync(caller, use, rules, default);
            spending.Rules = new SpendingRules(new PriceBook(new PriceSettings(), []), [], allowsUnknownPrices: false);
            spending.Settle(new Reservation(caller, Admission.Unlimited, use, hold) { Rules = rules }, new Settlement(Outcome.Completed, [new(Fixed, new Usage(10, 5))], 200, TimeSpan.Zero));
        }

        Assert.Equal(30_000_000, Assert.Single(await store.FindAsync("r-1")).Cost);
    }

    /// <summary>A ledger has a journal, which a command that spends nothing must not make.</summary>
    [Fact]
    public async Task A_ledger_that_nobody_needed_is_not_made()
    {
        var ledger = new Lazy<Ledger>(() => throw new InvalidOperationException("Nobody needs it."));
        var spending = new Spending(ledger, new SpendingRules(new PriceBook(new PriceSettings(), []), [], allowsUnknownPrices: false), TimeProvider.System);
        Assert.Empty(spending.FindUnsent("r-1"));
        await spending.DisposeAsync();
        Assert.False(ledger.IsValueCreated);
    }

    [Fact]
    public async Task Several_answers_share_what_is_left_and_none_is_too_short_to_be_of_use()
    {
        await using var spending = Open();
        var caller = Caller(0.1m);
        var holds = new List<Hold>();
        var refused = await Assert.ThrowsAsync<GatewayException>(async () =>
        {
            while (holds.Count < 100)
                holds.Add(await spending.ReserveAsync(caller, Planned("fixed", [Fixed], null, 1), spending.Rules, default));
        });
        Assert.Equal("budget_exceeded", refused.Error.Code);
        Assert.Equal([4096, 4096, 3558], holds.Select(hold => hold.OutputLimit));
        foreach (var hold in holds)
            hold.Settle(0, null);
        // An answer that the client has limited is never made shorter.
        Assert.Null((await spending.ReserveAsync(caller, Planned("fixed", [Fixed], 5000, 1), spending.Rules, default)).OutputLimit);
        await Assert.ThrowsAsync<GatewayException>(async () => await spending.ReserveAsync(caller, Planned("fixed", [Fixed], 50_000, 1), spending.Rules, default));
    }

    [Fact]
    public async Task What_every_try_used_is_settled_at_the_price_of_its_target_and_noted_try_by_try()
    {
        var caller = Caller(1);
        await using (var spending = Open())
        {
            var use = Planned("fixed", [Fixed], 50, 1);
            var hold = await spending.ReserveAsync(caller, use, spending.Rules, default);
            var settlement = new Settlement(
                Outcome.Completed,
                [new(Fixed, new Usage(10, 5)) { Status = 502, Elapsed = TimeSpan.FromMilliseconds(400) }, new(Fixed, Usage.Absent), new(Fixed, new Usage(7, 3, CacheRead: 2, Reasoning: 1, Origin: UsageOrigin.Estimated))],
                200,
                TimeSpan.FromMilliseconds(1234.5));
            spending.Settle(new Reservation(caller, Admission.Unlimited, use, hold), settlement);
            spending.Settle(new Reservation(caller, Admission.Unlimited, use, hold), settlement);
        }

        var account = Assert.Single(await store.ListAsync("", null, 10));
        Assert.Equal(((17L + 32) * 1_000_000, 0L, 0L, 0L), (account.Settled, account.Leased, account.Excess, account.Assumed));
        var entries = await store.FindAsync("r-1");
        Assert.Equal([0, 1], entries.Select(each => each.Attempt));
        Assert.Equal((30_000_000L, 10L, 5L, 400L, 502, "failed", "reported"), (entries[0].Cost, entries[0].InputTokens, entries[0].OutputTokens, entries[0].Milliseconds, entries[0].Status, entries[0].Outcome, entries[0].Origin));
        Assert.Equal(account.Account, Assert.Single(entries[0].Accounts));
        var entry = entries[1];
        Assert.Equal(("fixed", "one", "x", "openai.chat", 200, "completed", "estimated"), (entry.Model, entry.Provider, entry.Target, entry.Dialect, entry.Status, entry.Outcome, entry.Origin));
        Assert.Equal((19_000_000L, 7L, 3L, 2L, 1L, 1234L), (entry.Cost, entry.InputTokens, entry.OutputTokens, entry.CacheReadTokens, entry.ReasoningTokens, entry.Milliseconds));
        Assert.Equal(("web", "K", "ann", "2"), (entry.Team, entry.Key, entry.User, entry.Tags["a"]));
    }

    [Fact]
    public async Task What_a_caller_without_a_budget_used_is_noted_and_known_before_the_store_has_it()
    {
        var caller = new Caller { Team = "web", Key = "K" };
        await using (var spending = Open())
        {
            store.Fault = () => LedgerFault.Lost;
            var settlement = new Settlement(Outcome.ClientLeft, [new(Fixed, new Usage(10, 5))], 200, TimeSpan.Zero);
            spending.Settle(new Reservation(caller, Admission.Unlimited, Planned("fixed", [Fixed], 50, 1)), settlement);
            Assert.Equal((30_000_000L, "clientLeft"), (Assert.Single(spending.FindUnsent("r-1")).Cost, spending.FindUnsent("r-1")[0].Outcome));
            Assert.Empty(spending.FindUnsent("r-2"));
            spending.Settle(new Reservation(caller, Admission.Unlimited), settlement);
            store.Fault = null;
        }

        Assert.Empty(await store.ListAsync("", null, 10));
        var entry = Assert.Single(await store.FindAsync("r-1"));
        Assert.Equal((30_000_000L, "web", "K"), (entry.Cost, entry.Team, entry.Key));
        Assert.Empty(entry.Accounts);
    }

    [Fact]
    public async Task Open_access_notes_what_it_lets_be_used_but_no_counting()
    {
        await using (var access = new OpenAccess(Open()))
        {
            store.Fault = () => LedgerFault.Lost;
            var caller = await access.AuthenticateAsync(new DefaultHttpContext(), "r-1", default);
            foreach (var use in new[] { Planned("fixed", [Fixed], 50, 1), new PlannedUse("r-2", "openai.chat", "fixed", [Fixed], UpperBound.Nothing) })
            {
                var reservation = await access.ReserveAsync(caller, Admission.Unlimited, use, default);
                await access.SettleAsync(reservation, new Settlement(Outcome.Completed, [new(Fixed, new Usage(10, 5))], 200, TimeSpan.Zero));
            }

            Assert.Single(access.FindUnsent("r-1"));
            store.Fault = null;
        }

        Assert.Equal(("open", 30_000_000L), (Assert.Single(await store.FindAsync("r-1")).Team, (await store.FindAsync("r-1"))[0].Cost));
        Assert.Empty(await store.FindAsync("r-2"));
    }

    [Fact]
    public async Task Nothing_that_was_used_costs_nothing_and_is_noted()
    {
        var caller = Caller(1);
        await using (var spending = Open())
        {
            var use = Planned("fixed", [Fixed], 50, 1);
            var hold = await spending.ReserveAsync(caller, use, spending.Rules, default);
            spending.Settle(new Reservation(caller, Admission.Unlimited, use, hold), new Settlement(Outcome.Failed, [], 502, TimeSpan.Zero));
        }

        var entry = Assert.Single(await store.FindAsync("r-1"));
        Assert.Equal((0L, "absent", "failed", 502), (entry.Cost, entry.Origin, entry.Outcome, entry.Status));
    }

    [Fact]
    public async Task A_model_without_a_price_is_refused()
    {
        await using var spending = Open();
        var error = await Assert.ThrowsAsync<GatewayException>(async () => await spending.ReserveAsync(Caller(1), Planned("unknown", [new("one", "y")], 1, 1), spending.Rules, default));
        Assert.Equal((ErrorKind.BudgetExceeded, "price_unknown"), (error.Error.Kind, error.Error.Code));
        // So is a model of which one target has none.
        error = await Assert.ThrowsAsync<GatewayException>(async () => await spending.ReserveAsync(Caller(1), Planned("other", [new("one", "y"), new("gone", "z")], 1, 1), spending.Rules, default));
        Assert.Equal("price_unknown", error.Error.Code);
    }

    [Fact]
    public async Task A_model_without_a_price_that_is_allowed_has_no_cost_instead_of_none()
    {
        var caller = Caller(0);
        await using (var spending = Open(allowsUnknown: true))
        {
            var use = Planned("unknown", [new("one", "y")], 1, 1);
            var hold = await spending.ReserveAsync(caller, use, spending.Rules, default);
            Assert.Equal(0, hold.Amount);
            spending.Settle(new Reservation(caller, Admission.Unlimited, use, hold), new Settlement(Outcome.Completed, [new(new("one", "y"), new Usage(10, 5))], 200, TimeSpan.Zero));
        }

        Assert.Null(Assert.Single(await store.FindAsync("r-1")).Cost);
    }

    [Fact]
    public async Task A_budget_that_is_too_small_refuses_with_all_that_its_owner_should_know()
    {
        await using var spending = Open();
        var budget = new BudgetScope(BudgetOwner.OfTeam("web"), 1_000_000_000, new BudgetPeriod(PeriodKind.Day, TimeZoneInfo.Utc));
        var caller = new Caller { Team = "web", Budgets = [budget] };
        var error = (await Assert.ThrowsAsync<GatewayException>(async () => await spending.ReserveAsync(caller, Planned("fixed", [Fixed], 50, 1), spending.Rules, default))).Error;
        var midnight = DateTimeOffset.UtcNow.Date.AddDays(1);
        Assert.Equal((ErrorKind.BudgetExceeded, "budget_exceeded"), (error.Kind, error.Code));
        Assert.Equal(
            $"The daily budget of the team web does not allow the request: it is $0.001 in all, and the request may cost up to $0.0024. The budget begins anew at {midnight:yyyy-MM-dd}T00:00:00Z. A request that limits the tokens of its answer may cost less.",
            error.Message);
        Assert.Equal(
            $"Das Tagesbudget des Teams web reicht für diese Anfrage nicht: es beträgt insgesamt 0,001 $, und die Anfrage kann bis zu 0,0024 $ kosten. Das Budget beginnt am {midnight:yyyy-MM-dd}T00:00:00Z von Neuem. Eine Anfrage, die die Tokens ihrer Antwort begrenzt, kostet womöglich weniger.",
            error.For(Locale.All["de"]).Message);
        Assert.InRange(error.RetryAfter!.Value, TimeSpan.Zero, TimeSpan.FromDays(1));
    }

    private static PlannedUse Planned(string model, IReadOnlyList<Target> targets, long? output, int choices) =>
        new("r-1", "openai.chat", model, targets, new UpperBound(() => throw new InvalidOperationException("An estimate is no bound."), output) { MostInputTokens = 1000, Choices = choices });

    private static Caller Caller(decimal dollars) => new()
    {
        Team = "web",
        Key = "K",
        User = "ann",
        Tags = new Dictionary<string, string> { ["a"] = "2" },
        Budgets = [new BudgetScope(BudgetOwner.OfTeam("web"), (long)(dollars * Picodollars.InDollar), BudgetPeriod.Total)],
    };

    private Spending Open(bool allowsUnknown = false)
    {
        var configuration = ConfigurationReader.Read(Json, "test", new Dictionary<string, string>());
        var ledger = new Ledger(store, new BudgetSettings(Folder: null), TimeProvider.System, NullLogger.Instance);
        return new(new Lazy<Ledger>(ledger), new SpendingRules(new PriceBook(configuration.Prices, configuration.Models), configuration.Providers, allowsUnknown), TimeProvider.System);
    }
}
