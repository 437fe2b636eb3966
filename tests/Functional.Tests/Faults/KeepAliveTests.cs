using System.Text;
using Dragoman.Functional.Tests.Harness;
using Dragoman.Functional.Tests.Sdks;
using Xunit;

namespace Dragoman.Functional.Tests.Faults;

/// <summary>A silent provider's stream is kept alive in the client's dialect, from the provider's status on and not before.</summary>
[Collection(FaultTests.Name)]
[Trait("Category", "Streaming")]
public sealed class KeepAliveTests(FaultDeployment deployment) : IAsyncLifetime
{
    private const string ShortAnswer = "tokens=3";

    private static readonly TimeSpan Silence = TimeSpan.FromMilliseconds(900);

    private DragomanProcess sidecar = null!;

    public async Task InitializeAsync() => sidecar = await deployment.StartAsync("sidecar", """{ "keepAliveSeconds": 0.2 }""");

    public async Task DisposeAsync() => await sidecar.DisposeAsync();

    [Fact]
    public Task Silence_after_the_status_and_in_the_middle_is_filled_and_changes_nothing_else() => FaultDeployment.AllAsync(FaultDeployment.Pairs, async pair =>
    {
        var (client, provider) = pair;
        var (bytes, undisturbed) = await deployment.AskUndisturbedAsync(client, provider, ShortAnswer, stream: true);
        var text = Encoding.Latin1.GetString(bytes);
        var middle = provider.FinishMarkers.Select(marker => text.IndexOf(marker, StringComparison.Ordinal)).Where(at => at >= 0).Min();
        foreach (var place in new[] { text.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4, middle })
        {
            var answer = await AskAsync(client, provider, new Delay(place, Silence));

            var told = $"{client.Name} from {provider.Name}, silent at {place}: {answer.Status} {answer.Text}";
            Assert.True(client.Judge(answer, stream: true).Ending == Ending.Good, told);
            Assert.True(KeepAlives(client, answer.Text) >= 1, told);
            Assert.Equal(FaultDeployment.Comparable(undisturbed.Text), FaultDeployment.Comparable(WithoutKeepAlives(client, answer.Text)));
        }
    });

    [Fact]
    public Task Silence_before_the_status_is_not() => FaultDeployment.AllAsync(FaultDeployment.Pairs, async pair =>
    {
        var (client, provider) = pair;

        var good = await AskAsync(client, provider, new Delay(0, Silence));
        var broken = await AskAsync(client, provider, new Delay(0, Silence), new Close(0));

        Assert.Equal(Ending.Good, client.Judge(good, stream: true).Ending);
        // After a keep-alive, an error status would no longer have been possible.
        Assert.Equal((Ending.Refused, 502), (client.Judge(broken, stream: true).Ending, broken.Status));
    });

    [Fact]
    public Task Once_the_status_is_spent_a_failure_is_the_streams_last_word() => FaultDeployment.AllAsync(FaultDeployment.Pairs, async pair =>
    {
        var (client, provider) = pair;
        var (bytes, _) = await deployment.AskUndisturbedAsync(client, provider, ShortAnswer, stream: true);
        var headEnd = bytes.AsSpan().IndexOf("\r\n\r\n"u8) + 4;

        var answer = await AskAsync(client, provider, new Delay(headEnd, Silence), new Reset(headEnd));

        var told = $"{client.Name} from {provider.Name}: {answer.Status} {answer.Text}";
        Assert.True(client.Judge(answer, stream: true).Ending == Ending.StreamError, told);
        Assert.True(KeepAlives(client, answer.Text) >= 1, told);
    });

    [Fact]
    public Task A_whole_answer_has_none() => FaultDeployment.AllAsync(FaultDeployment.Pairs, async pair =>
    {
        var (client, provider) = pair;
        var (bytes, undisturbed) = await deployment.AskUndisturbedAsync(client, provider, ShortAnswer, stream: false);

        var passage = deployment.Proxy.Plan(FaultPlan.Of(new Delay(bytes.AsSpan().IndexOf("\r\n\r\n"u8) + 4, Silence)) with { Behavior = ShortAnswer });
        var answer = await deployment.AskAsync(client, $"{provider.Name}/{provider.Model}", passage, stream: false, sidecar);

        Assert.Equal(FaultDeployment.Comparable(undisturbed.Text), FaultDeployment.Comparable(answer.Text));
    });

    [Theory]
    [InlineData(OpenAIChatSdk.Title, "anthropic")]
    [InlineData(OpenAIResponsesSdk.Title, "gemini")]
    [InlineData(AnthropicSdk.Title, "openai")]
    public async Task Client_libraries_read_over_it(string library, string provider)
    {
        using var anthropic = new AnthropicSdk(sidecar.Address);
        ISdk[] sdks = [new OpenAIChatSdk(sidecar.Address), new OpenAIResponsesSdk(sidecar.Address), anthropic];
        var sdk = sdks.Single(each => each.Name == library);
        var dialect = ProviderDialect.Of(provider);
        var (bytes, _) = await deployment.AskUndisturbedAsync(ClientDialect.Of("openai-chat"), dialect, null, stream: true);
        var headEnd = bytes.AsSpan().IndexOf("\r\n\r\n"u8) + 4;

        var silent = deployment.Proxy.Plan(new Delay(headEnd, Silence), new Delay(bytes.Length / 2, Silence));
        var reply = await sdk.AskAsync(Prompt.Ask($"{provider}/{dialect.Model}", $"Say {silent.Marker}"), streamed: true);

        Assert.StartsWith("You said: \"Say fault-00000\".", reply.Text, StringComparison.Ordinal);
        Assert.Equal(ReplyEnd.Stop, reply.End);
    }

    private Task<ClientAnswer> AskAsync(ClientDialect client, ProviderDialect provider, params Fault[] faults) => deployment.AskAsync(
        client, $"{provider.Name}/{provider.Model}", deployment.Proxy.Plan(FaultPlan.Of(faults) with { Behavior = ShortAnswer }), stream: true, sidecar);

    private static int KeepAlives(ClientDialect client, string text) => Pieces(client, text).Count(piece => IsKeepAlive(client, piece));

    private static string WithoutKeepAlives(ClientDialect client, string text) =>
        string.Concat(Pieces(client, text).Where(piece => !IsKeepAlive(client, piece)));

    /// <summary>Events or lines, each with its end.</summary>
    private static IEnumerable<string> Pieces(ClientDialect client, string text)
    {
        var end = IsOllama(client) ? "\n" : "\n\n";
        return text.Split(end).SkipLast(1).Select(piece => piece + end);
    }

    private static bool IsKeepAlive(ClientDialect client, string piece) => client.Name switch
    {
        "ollama-chat" => piece.EndsWith("\"message\":{\"role\":\"assistant\",\"content\":\"\"},\"done\":false}\n", StringComparison.Ordinal),
        "ollama-generate" => piece.EndsWith("\"response\":\"\",\"done\":false}\n", StringComparison.Ordinal),
        "anthropic-messages" => piece == "event: ping\ndata: {\"type\": \"ping\"}\n\n",
        _ => piece == ": keep-alive\n\n",
    };

    private static bool IsOllama(ClientDialect client) => client.Name.StartsWith("ollama", StringComparison.Ordinal);
}
