using Dragoman.Functional.Tests.Harness;
using Xunit;

namespace Dragoman.Functional.Tests.Load;

public class LedgerStormTests
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(3);

    /// <summary>The longer storms, also of the other stores: tests/storm/run.sh.</summary>
    [Fact]
    public async Task The_ledger_of_gateways_that_are_killed_agrees_with_what_the_provider_has_counted()
    {
        var storm = Path.Combine(Repository.Root, "tests", "storm", "bin", Repository.BuildConfiguration, "net10.0", "dragoman-storm");
        await using var process = RunningProcess.Start(storm, ["--short", "--store", "sqlite"]);
        var code = await process.ExitAsync(Longest);
        Assert.True(code == 0, process.Log);
    }
}
