using Dragoman.Functional.Tests.Harness;
using Xunit;

namespace Dragoman.Functional.Tests.Faults;

/// <summary>An answer does not depend on how its bytes are split or when they arrive.</summary>
[Collection(FaultTests.Name)]
[Trait("Category", "Streaming")]
public class DelayAndSplitTests(FaultDeployment deployment)
{
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(20);

    public static TheoryData<string> Plans => [.. PlanOf.Keys];

    private static Dictionary<string, Func<long, FaultPlan>> PlanOf { get; } = new()
    {
        ["one byte at a time"] = _ => FaultPlan.Of(new Split(0, 1)),
        ["seven bytes at a time"] = _ => FaultPlan.Of(new Split(0, 7)),
        ["a delay before the head, in it, behind it and in the middle"] = length => FaultPlan.Of(
            new Delay(0, Moment), new Delay(20, Moment), new Delay(length / 2, Moment), new Delay(length * 3 / 4, Moment), new Delay(length - 1, Moment)),
        ["a delayed piece between splits"] = length => FaultPlan.Of(new Split(0, 3), new Delay(length / 2, Moment), new Split(length / 2, 100)),
    };

    [Theory]
    [MemberData(nameof(Plans))]
    public Task The_answer_is_the_same(string plan) => FaultDeployment.AllAsync(
        FaultDeployment.Pairs.SelectMany(pair => new[] { true, false }.Select(stream => (pair.Client, pair.Provider, stream))),
        async each =>
        {
            var (client, provider, stream) = each;
            var (bytes, undisturbed) = await deployment.AskUndisturbedAsync(client, provider, "tokens=6", stream);

            var answer = await deployment.AskAsync(client, provider, deployment.Proxy.Plan(PlanOf[plan](bytes.Length) with { Behavior = "tokens=6" }), stream);

            Assert.Equal(Ending.Good, client.Judge(answer, stream).Ending);
            Assert.Equal(FaultDeployment.Comparable(undisturbed.Text), FaultDeployment.Comparable(answer.Text));
        });
}
