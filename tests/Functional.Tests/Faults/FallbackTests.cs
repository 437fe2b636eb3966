using System.Text;
using Dragoman.Functional.Tests.Harness;
using Xunit;

namespace Dragoman.Functional.Tests.Faults;

/// <summary>The second target of a model answers when the first one failed before its answer began, but not when it failed later.</summary>
[Collection(FaultTests.Name)]
[Trait("Category", "Streaming")]
public class FallbackTests(FaultDeployment deployment)
{
    private const string ShortAnswer = "tokens=3";

    private static IEnumerable<(ClientDialect Client, ProviderDialect Provider, bool Stream)> Cases =>
        FaultDeployment.Pairs.SelectMany(pair => new[] { true, false }.Select(stream => (pair.Client, pair.Provider, stream)));

    [Fact]
    public Task Before_the_first_event_the_next_target_answers() => FaultDeployment.AllAsync(Cases, async each =>
    {
        var (client, provider, stream) = each;
        var (bytes, _) = await deployment.AskUndisturbedAsync(client, provider, ShortAnswer, stream);
        foreach (var place in new[] { 0, 30, bytes.AsSpan().IndexOf("\r\n\r\n"u8) + 4 })
        {
            foreach (var fault in new Fault[] { new Reset(place), new Close(place), new Insert(Math.Min(place, 30), new byte[] { 0, 1, 2 }) })
            {
                var passage = deployment.Proxy.Plan(FaultPlan.Of(fault) with { Behavior = ShortAnswer });
                var answer = await deployment.AskAsync(client, $"fallback-{provider.Name}", passage, stream);

                Assert.True(client.Judge(answer, stream).Ending == Ending.Good, $"{client.Name} from {provider.Name}, {fault}: {answer.Status} {answer.Text}");
                Assert.Contains(" -> healthy/mistral-small-latest ", Assert.Single(await deployment.SettlementsAsync([answer.RequestId])), StringComparison.Ordinal);
            }
        }
    });

    [Fact]
    public Task After_it_nobody_else_does() => FaultDeployment.AllAsync(FaultDeployment.Pairs, async pair =>
    {
        var (client, provider) = pair;
        var (bytes, _) = await deployment.AskUndisturbedAsync(client, provider, ShortAnswer, stream: true);
        var text = Encoding.Latin1.GetString(bytes);
        var finish = provider.FinishMarkers.Select(marker => text.IndexOf(marker, StringComparison.Ordinal)).Where(at => at >= 0).Min();
        var passage = deployment.Proxy.Plan(FaultPlan.Of(new Reset(finish)) with { Behavior = ShortAnswer });

        var answer = await deployment.AskAsync(client, $"fallback-{provider.Name}", passage, stream: true);

        Assert.Equal(Ending.StreamError, client.Judge(answer, stream: true).Ending);
        Assert.Contains($" -> {provider.Name}/", Assert.Single(await deployment.SettlementsAsync([answer.RequestId])), StringComparison.Ordinal);
    });
}
