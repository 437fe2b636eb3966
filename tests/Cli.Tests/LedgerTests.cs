using Dragoman.Stores;
using Dragoman.Stores.Ledger;

namespace Dragoman.Cli.Tests;

/// <summary><c>usage</c> and <c>ledger</c>.</summary>
public sealed class LedgerTests : IDisposable
{
    private const string Account = "team:web:month:2026-11-01";

    private readonly CliUnderTest cli = new();

    public void Dispose() => cli.Dispose();

    [Fact]
    public async Task Usage_is_shown_and_written_to_files()
    {
        await SettleAsync();
        var table = (await cli.DoAsync("usage", "--by", "day,team", "--from", "2026-11-01", "--to", "2026-12-01")).Output;
        Assert.Equal("DAY         TEAM  REQUESTS  FAILED  INPUT  OUTPUT  COST  UNPRICED\n2026-11-30  web   1         0       11     7       20    0\n", table);
        var json = (await cli.DoAsync("usage", "--team", "web", "--from", "2026-11-01", "--to", "2026-12-01", "--json")).Json;
        Assert.Equal(20, json.GetProperty("items")[0].GetProperty("cost").GetDecimal());
        Assert.StartsWith("team,requests,failed,cost,", (await cli.DoAsync("usage", "--by", "team", "--from", "2026-11-01", "--to", "2026-12-01", "--format", "csv")).Output, StringComparison.Ordinal);

        var file = cli.File("usage.parquet");
        Assert.Equal("", (await cli.DoAsync("usage", "--by", "team", "--from", "2026-11-01", "--to", "2026-12-01", "--format", "parquet", "--output", file)).Output);
        Assert.Equal("PAR1"u8.ToArray(), (await System.IO.File.ReadAllBytesAsync(file))[..4]);
    }

    [Theory]
    [InlineData(ExitCode.Usage, "--by: must be a list of", "--by", "colour")]
    [InlineData(ExitCode.Usage, "--from: must be a day", "--from", "yesterday")]
    [InlineData(ExitCode.Usage, "--format parquet needs --output", "--format", "parquet")]
    [InlineData(ExitCode.Usage, "--output needs --format", "--output", "file")]
    [InlineData(ExitCode.Failed, "cannot be written", "--format", "csv", "--output", "/dev/null/file")]
    public async Task A_mistake_is_explained(int code, string message, params string[] arguments)
    {
        var result = await cli.RunAsync(["usage", .. arguments]);
        Assert.Equal(code, result.Code);
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_ledger_is_corrected_and_verified()
    {
        await SettleAsync();
        Assert.Matches(@"(?m)^team:web:month:2026-11-01 +100 +20 +0 +0 +0$", (await cli.DoAsync("ledger", "accounts")).Output);
        var corrected = await cli.DoAsync("ledger", "correct", Account, "--amount", "-2.5", "--reason", "Refunded.", "--idempotency-key", "once");
        Assert.Matches(@"(?m)^spent +17\.5$", corrected.Output);
        await cli.DoAsync("ledger", "correct", Account, "--amount", "-2.5", "--reason", "Refunded.", "--idempotency-key", "once");
        var verified = await cli.DoAsync("ledger", "verify");
        Assert.Matches(@"(?m)^team:web:month:2026-11-01 +17\.5 +17\.5 +0$", verified.Output);
        Assert.Equal("Accounts that differ from what their entries add up to: 0 of 1.\n", verified.Error);
        Assert.Equal(17.5m, (await cli.DoAsync("ledger", "verify", "--json")).Json.GetProperty("accounts")[0].GetProperty("addedUp").GetDecimal());
        Assert.Equal(ExitCode.NotFound, (await cli.RunAsync("ledger", "correct", "team:no:total", "--amount", "1", "--reason", "r")).Code);
        Assert.Equal(ExitCode.Usage, (await cli.RunAsync("ledger", "correct", Account, "--reason", "r")).Code);
    }

    [Fact]
    public async Task What_is_not_right_is_shown_and_fails()
    {
        await using (var ledger = Open())
            await ledger.ExchangeAsync(new("p", 1, DateTimeOffset.UnixEpoch, [new(Account, 100_000_000_000_000, 0, 5_000_000_000_000)], []));
        var result = await cli.RunAsync("ledger", "verify");
        Assert.Equal(ExitCode.Failed, result.Code);
        Assert.Matches(@"(?m)^p +team:web:month:2026-11-01 +5 +1970-01-01T00:00Z$", result.Output);
        Assert.StartsWith("Reservations that have ended and that no gateway has settled: 1.", result.Error, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Done, (await cli.RunAsync("ledger", "verify", "--prefix", "user:")).Code);
    }

    private ILedgerStore Open() => StoreConnection.Parse("sqlite:" + cli.File("data/dragoman.db")).OpenLedger();

    private async Task SettleAsync()
    {
        await using var ledger = Open();
        await ledger.ExchangeAsync(new("p", 1, DateTimeOffset.UnixEpoch, [new(Account, 100_000_000_000_000, 20_000_000_000_000, 0)], [new LedgerEntry
        {
            RequestId = "r",
            At = new(2026, 11, 30, 12, 0, 0, TimeSpan.Zero),
            Accounts = [Account],
            Cost = 20_000_000_000_000,
            Team = "web",
            Model = "m",
            Dialect = "ollama",
            Status = 200,
            Outcome = "completed",
            Origin = "reported",
            InputTokens = 11,
            OutputTokens = 7,
        }], IsLast: true));
    }
}
