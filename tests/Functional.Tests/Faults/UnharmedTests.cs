using Dragoman.Functional.Tests.Harness;
using Xunit;

namespace Dragoman.Functional.Tests.Faults;

/// <summary>After any number of faults the process is as it was before.</summary>
[Collection(FaultTests.Name)]
[Trait("Category", "Streaming")]
public class UnharmedTests(FaultDeployment deployment)
{
    private const int Rounds = 8;

    /// <summary>The number of pooled connections varies by this much.</summary>
    private const int Kept = 2 * FaultDeployment.Parallelism;

    [Fact]
    public async Task Faults_leave_no_connection_behind_and_the_next_request_works()
    {
        await RoundAsync();
        var before = ProcessUse.Descriptors(deployment.Sidecar.Id);

        for (var round = 0; round < Rounds; round++)
            await RoundAsync();

        await Eventually.HoldsAsync(
            () => ProcessUse.Descriptors(deployment.Sidecar.Id) <= before + Kept,
            () => $"{ProcessUse.Descriptors(deployment.Sidecar.Id)} descriptors, {before} before");
        await FaultDeployment.AllAsync(FaultDeployment.Pairs, pair => deployment.AskUndisturbedAsync(pair.Client, pair.Provider, "tokens=3", stream: true));
    }

    private Task RoundAsync() => FaultDeployment.AllAsync(FaultDeployment.Pairs, async pair =>
    {
        foreach (var fault in new Fault[] { new Reset(0), new Close(10), new Stall(0), new Insert(0, new byte[] { 0 }), new Reset(700), new Close(700) })
        {
            var answer = await deployment.AskAsync(
                pair.Client, $"impatient-{pair.Provider.Name}/{pair.Provider.Model}", deployment.Proxy.Plan(FaultPlan.Of(fault) with { Behavior = "tokens=30" }), stream: true);
            Assert.NotEqual(Ending.Good, pair.Client.Judge(answer, stream: true).Ending);
        }
    });
}
