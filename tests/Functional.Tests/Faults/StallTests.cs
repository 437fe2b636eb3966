using System.Text;
using Dragoman.Functional.Tests.Harness;
using Xunit;

namespace Dragoman.Functional.Tests.Faults;

/// <summary>When a provider stalls, each timeout has a separate error that names what was awaited.</summary>
[Collection(FaultTests.Name)]
[Trait("Category", "Streaming")]
public class StallTests(FaultDeployment deployment)
{
    private const int MostRepeats = 3;
    private const string ShortAnswer = "tokens=3";
    private const string Endless = "tps=50; tokens=100000";

    private static readonly Error FirstEvent = new("upstream_first_event_timeout", "first event");
    private static readonly Error Idle = new("upstream_idle_timeout", "silence in the middle of the answer");
    private static readonly Error Total = new("upstream_total_timeout", "the whole answer");
    private static readonly Error Connect = new("upstream_connect_timeout", "did not accept a connection in time");

    private static IEnumerable<(ClientDialect Client, ProviderDialect Provider, bool Stream)> Cases =>
        FaultDeployment.Pairs.SelectMany(pair => new[] { true, false }.Select(stream => (pair.Client, pair.Provider, stream)));

    [Fact]
    public Task Before_the_first_event_it_is_refused_with_that_timeout() => FaultDeployment.AllAsync(Cases, async each =>
    {
        var (client, provider, stream) = each;
        var (bytes, _) = await deployment.AskUndisturbedAsync(client, provider, ShortAnswer, stream);
        foreach (var place in new[] { 0, 20, bytes.AsSpan().IndexOf("\r\n\r\n"u8) + 4 })
            await CheckAsync(client, $"impatient-{provider.Name}/{provider.Model}", new Stall(place), ShortAnswer, stream, Ending.Refused, FirstEvent);
    });

    [Fact]
    public Task In_the_middle_it_fails_with_the_idle_timeout() => FaultDeployment.AllAsync(Cases, async each =>
    {
        var (client, provider, stream) = each;
        var (bytes, _) = await deployment.AskUndisturbedAsync(client, provider, ShortAnswer, stream);
        var text = Encoding.Latin1.GetString(bytes);
        var isStream = text.Contains("Content-Type: text/event-stream", StringComparison.OrdinalIgnoreCase);
        var place = isStream ? provider.FinishMarkers.Select(marker => text.IndexOf(marker, StringComparison.Ordinal)).Where(at => at >= 0).Min() : bytes.Length - 1;

        await CheckAsync(
            client, $"impatient-{provider.Name}/{provider.Model}", new Stall(place), ShortAnswer, stream,
            stream ? Ending.StreamError : Ending.Refused, isStream ? Idle : FirstEvent, otherwiseAgain: stream ? Ending.Refused : null);
    });

    [Fact]
    public Task When_all_of_it_takes_too_long_it_fails_with_the_total_timeout() => FaultDeployment.AllAsync(Cases, async each =>
    {
        var (client, provider, stream) = each;
        // The emulator's answer is nearly endless.
        await CheckAsync(
            client, $"hasty-{provider.Name}/{provider.Model}", new Split(0, int.MaxValue), Endless, stream, stream ? Ending.StreamError : Ending.Refused, Total,
            otherwiseAgain: stream ? Ending.Refused : null);
    });

    [Fact]
    public Task Where_nobody_takes_the_connection_it_is_refused_with_the_connect_timeout() => FaultDeployment.AllAsync(
        ClientDialect.All, client => CheckAsync(client, "deaf/any", null, null, stream: true, Ending.Refused, Connect));

    [Fact]
    public Task Behind_the_finish_the_answer_is_whole() => FaultDeployment.AllAsync(FaultDeployment.Pairs, async pair =>
    {
        var (bytes, _) = await deployment.AskUndisturbedAsync(pair.Client, pair.Provider, ShortAnswer, stream: true);
        var passage = deployment.Proxy.Plan(FaultPlan.Of(new Stall(bytes.Length - 5)) with { Behavior = ShortAnswer });

        var answer = await deployment.AskAsync(pair.Client, pair.Provider, passage, stream: true);

        Assert.Equal(Ending.Good, pair.Client.Judge(answer, stream: true).Ending);
    });

    /// <summary>Repeats a request whose answer ends as <paramref name="otherwiseAgain"/>, because it did not reach the fault on a busy machine.</summary>
    private async Task CheckAsync(ClientDialect client, string model, Fault? fault, string? behavior, bool stream, Ending ending, Error error, Ending? otherwiseAgain = null)
    {
        var plan = FaultPlan.Of(fault is null ? [] : [fault]) with { Behavior = behavior };
        var passage = deployment.Proxy.Plan(plan);
        var answer = await deployment.AskAsync(client, model, passage, stream);
        for (var repeats = 0; repeats < MostRepeats && client.Judge(answer, stream).Ending == otherwiseAgain; repeats++)
        {
            passage = deployment.Proxy.Plan(plan);
            answer = await deployment.AskAsync(client, model, passage, stream);
        }

        var told = $"{client.Name} from {model}, {fault}: {answer.Status} {answer.Text}";
        var verdict = client.Judge(answer, stream);
        Assert.True(verdict.Ending == ending, told);
        Assert.True(answer.Status == (ending == Ending.Refused ? 504 : 200), told);
        Assert.True(verdict.Code is null || verdict.Code == error.Code, told);
        Assert.True(verdict.Message.Contains(error.Words, StringComparison.Ordinal), told);
        Assert.Contains(" Failed error=Timeout ", Assert.Single(await deployment.SettlementsAsync([answer.RequestId])), StringComparison.Ordinal);
        foreach (var exchange in passage.Exchanges)
            await exchange.Left.WaitAsync(Eventually.Deadline);
    }

    private sealed record Error(string Code, string Words);
}
