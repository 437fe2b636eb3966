using Dragoman.Stores.Ledger;

namespace Dragoman.Cli.Tests;

/// <summary><c>request show</c> over a store.</summary>
public sealed class RequestTests : IDisposable
{
    private readonly CliUnderTest cli = new();

    public void Dispose() => cli.Dispose();

    [Fact]
    public async Task What_a_request_did_cost_is_shown_try_by_try()
    {
        await cli.DoAsync("team", "create", "web");
        var entry = new LedgerEntry
        {
            RequestId = "r-1",
            At = new DateTimeOffset(2026, 11, 30, 18, 2, 11, TimeSpan.Zero),
            Team = "web",
            Model = "m",
            Provider = "first",
            Target = "t",
            Dialect = "openai.chat",
            Status = 502,
            Outcome = "failed",
            Origin = "estimated",
            Cost = 1_500_000,
            InputTokens = 9,
            OutputTokens = 12,
            Milliseconds = 214,
        };
        await using (var ledger = new SqliteLedger(cli.File("data/dragoman.db")))
        {
            await ledger.ExchangeAsync(new("p", 1, entry.At.AddMinutes(1), [], [entry, entry with { Attempt = 1, Provider = "second", Status = 200, Outcome = "completed", Origin = "reported", Cost = 2_000_000 }]));
        }

        var table = await cli.DoAsync("request", "show", "r-1");
        Assert.Matches(@"(?m)^TIME +PROVIDER +MODEL +STATUS +OUTCOME +USAGE +IN +OUT +TOTAL-MS +COST$", table.Output);
        Assert.Matches(@"(?m)^2026-11-30T18:02:11Z +first +t +502 +failed +estimated +9 +12 +214 +0.0000015$", table.Output);
        Assert.Matches(@"(?m)^2026-11-30T18:02:11Z +second +t +200 +completed +reported +9 +12 +214 +0.000002$", table.Output);
        Assert.Contains("All of them together cost $0.0000035.", table.Error, StringComparison.Ordinal);
        Assert.Equal("0.0000035", (await cli.DoAsync("request", "show", "r-1", "--json")).Json.GetProperty("cost").GetRawText());
        Assert.Equal(ExitCode.NotFound, (await cli.RunAsync("request", "show", "r-2")).Code);
        Assert.Equal(ExitCode.Usage, (await cli.RunAsync("request", "show", "a/b")).Code);
    }
}
