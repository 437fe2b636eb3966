using System.Text;
using Dragoman.Functional.Tests.Harness;
using Xunit;

namespace Dragoman.Functional.Tests.Faults;

/// <summary>A provider or something in between sends bytes that are not an answer.</summary>
[Collection(FaultTests.Name)]
[Trait("Category", "Streaming")]
public class GarbageTests(FaultDeployment deployment)
{
    private const string ShortAnswer = "tokens=3";
    private const int Places = 12;

    private static readonly byte[] Binary = [0x16, 0x03, 0x01, 0x00, 0xFF, 0xFE, 0x00, 0x0D, 0x0A, 0x7F];

    private static IEnumerable<(ClientDialect Client, ProviderDialect Provider, bool Stream)> Cases =>
        FaultDeployment.Pairs.SelectMany(pair => new[] { true, false }.Select(stream => (pair.Client, pair.Provider, stream)));

    [Fact]
    public Task Before_and_in_the_head_it_is_refused() => FaultDeployment.AllAsync(Cases, async each =>
    {
        var (client, provider, stream) = each;
        foreach (var place in new[] { 0, 5, 30 })
        {
            var answer = await deployment.AskAsync(client, provider, deployment.Proxy.Plan(FaultPlan.Of(new Insert(place, Binary)) with { Behavior = ShortAnswer }), stream);

            Assert.Equal((Ending.Refused, 502), (client.Judge(answer, stream).Ending, answer.Status));
        }
    });

    [Fact]
    public Task In_the_place_of_an_event_it_is_an_error() => FaultDeployment.AllAsync(Cases, async each =>
    {
        var (client, provider, stream) = each;
        var (bytes, _) = await deployment.AskUndisturbedAsync(client, provider, ShortAnswer, stream);
        var text = Encoding.Latin1.GetString(bytes);
        var finish = provider.FinishMarkers.Select(marker => text.IndexOf(marker, StringComparison.Ordinal)).Where(at => at >= 0).DefaultIfEmpty(bytes.Length).Min();
        // The objects of all events before the finish, or of the body.
        var objects = PlacesOf(text, text.Contains("data: {", StringComparison.Ordinal) ? "data: {" : "\r\n{").Where(at => at < finish);
        foreach (var place in objects)
        {
            var answer = await deployment.AskAsync(client, provider, deployment.Proxy.Plan(FaultPlan.Of(new Overwrite(place, "<%>"u8.ToArray())) with { Behavior = ShortAnswer }), stream);

            var verdict = client.Judge(answer, stream);
            Assert.True(
                verdict.Ending == Ending.StreamError || (verdict.Ending == Ending.Refused && answer.Status == 502),
                $"{client.Name} from {provider.Name} at {place}: {answer.Status} {answer.Text}");
            Assert.Contains(" Failed error=UpstreamFailed ", Assert.Single(await deployment.SettlementsAsync([answer.RequestId])), StringComparison.Ordinal);
        }
    });

    [Fact]
    public Task Wherever_it_is_there_is_an_end_that_the_client_understands() => FaultDeployment.AllAsync(Cases, async each =>
    {
        var (client, provider, stream) = each;
        var (bytes, _) = await deployment.AskUndisturbedAsync(client, provider, ShortAnswer, stream);
        foreach (var place in Enumerable.Range(0, Places).Select(place => place * bytes.Length / Places))
        {
            // The head may announce more than arrives.
            var passage = deployment.Proxy.Plan(FaultPlan.Of(new Overwrite(place, Binary)) with { Behavior = ShortAnswer });
            var answer = await deployment.AskAsync(client, $"impatient-{provider.Name}/{provider.Model}", passage, stream);

            // With pass-through, event names and numbers are the provider's, even when an event was lost.
            if (answer.Status != 200 || !PassesThrough(client, provider))
                client.Judge(answer, stream);
        }
    });

    private static bool PassesThrough(ClientDialect client, ProviderDialect provider) => client.Name switch
    {
        "openai-responses" => provider.Name is "openai" or "azure" or "responses",
        "anthropic-messages" => provider.Name == "anthropic",
        _ => false,
    };

    private static IEnumerable<int> PlacesOf(string text, string opening)
    {
        for (var at = text.IndexOf(opening, StringComparison.Ordinal); at >= 0; at = text.IndexOf(opening, at + 1, StringComparison.Ordinal))
            yield return at + opening.Length - 1;
    }
}
