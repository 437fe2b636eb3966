using Dragoman.Functional.Tests.Harness;
using Xunit;
using Xunit.Abstractions;

namespace Dragoman.Functional.Tests.Faults;

/// <summary>Whatever a provider sends, the gateway keeps only a limited amount of it, and the client gets an error.</summary>
[Collection(FaultTests.Name)]
[Trait("Category", "Streaming")]
public sealed class EndlessAnswerTests(FaultDeployment deployment, ITestOutputHelper report) : IAsyncLifetime
{
    private const string TooLarge = "upstream_answer_too_large";

    /// <summary>The most resident memory of the whole process, with many of these answers at once.</summary>
    private const int MostMemory = 600 * 1024 * 1024;

    private DragomanProcess sidecar = null!;

    public static TheoryData<string> Kinds => [.. EndlessAnswer.Kinds];

    public async Task InitializeAsync() => sidecar = await deployment.StartAsync("sidecar", """{ "answerBytes": 1000000 }""", heapLimit: MostMemory);

    public async Task DisposeAsync()
    {
        var peak = ProcessUse.PeakMemory(sidecar.Id);
        report.WriteLine($"peak of resident memory: {peak >> 20} MiB");
        await sidecar.DisposeAsync();
        Assert.InRange(peak, 0, MostMemory);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public Task Of_what_the_model_says(string kind) => FaultDeployment.AllAsync(
        FaultDeployment.Pairs.SelectMany(pair => new[] { true, false }.Select(stream => (pair.Client, pair.Provider, stream))),
        async each =>
        {
            var (client, provider, stream) = each;
            var (answer, verdict) = await AskAsync(client, provider, EndlessAnswer.Of(client, provider, kind), stream);
            var told = $"{kind}, {client.Name} from {provider.Name}: {answer.Status} {Short(answer.Text)}";
            Assert.True(verdict.Ending == Ending.StreamError || (verdict.Ending == Ending.Refused && answer.Status == 502), told);
            // Calls, and arguments that are assembled first, have a separate limit.
            Assert.True(verdict.Code is null or TooLarge || verdict.Message.Contains("belong to nothing yet", StringComparison.Ordinal), told);
        });

    [Fact]
    public Task Of_what_belongs_to_nothing_yet() => FaultDeployment.AllAsync(
        new[]
        {
            ("compatible", EndlessAnswer.NamelessCall()), ("anthropic", EndlessAnswer.Signature()),
            ("anthropic", EndlessAnswer.EmptyBlocks()), ("gemini", EndlessAnswer.FarArguments()),
        },
        async each =>
        {
            var (answer, verdict) = await AskAsync(ClientDialect.Of("openai-chat"), ProviderDialect.Of(each.Item1), each.Item2, stream: true);
            Assert.NotEqual(Ending.Good, verdict.Ending);
            Assert.True(verdict.Code == TooLarge || verdict.Message.Contains("belong to nothing yet", StringComparison.Ordinal), answer.Text);
        });

    [Theory]
    [InlineData("openai-responses", "openai")]
    [InlineData("anthropic-messages", "anthropic")]
    public async Task Of_what_means_nothing_and_would_pass_through(string client, string provider)
    {
        // A stream in another dialect.
        var foreign = EndlessAnswer.Of(ClientDialect.Of("openai-chat"), ProviderDialect.Of("openai"), "text");

        var (answer, verdict) = await AskAsync(ClientDialect.Of(client), ProviderDialect.Of(provider), foreign, stream: true);

        Assert.Equal((Ending.Refused, 502), (verdict.Ending, answer.Status));
        Assert.True(verdict.Code is null or TooLarge, answer.Text);
    }

    [Fact]
    public async Task Of_an_event()
    {
        foreach (var (provider, client) in ProviderDialect.All.Zip(ClientDialect.All))
        {
            var (answer, verdict) = await AskAsync(client, provider, EndlessAnswer.Event(), stream: true);
            Assert.Equal((Ending.Refused, 502), (verdict.Ending, answer.Status));
            Assert.Contains("a stream event is larger than", verdict.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public Task Of_the_head() => FaultDeployment.AllAsync(
        FaultDeployment.Pairs.SelectMany(pair => new[] { EndlessAnswer.Head(), EndlessAnswer.Headers() }.Select(head => (pair.Client, pair.Provider, head))),
        async each =>
        {
            var (answer, verdict) = await AskAsync(each.Client, each.Provider, each.head, stream: true);
            Assert.Equal((Ending.Refused, 502), (verdict.Ending, answer.Status));
        });

    [Fact]
    public Task Of_a_body() => FaultDeployment.AllAsync(
        FaultDeployment.Pairs.SelectMany(pair => new[] { true, false }.Select(stream => (pair.Client, pair.Provider, stream))),
        async each =>
        {
            var (answer, verdict) = await AskAsync(each.Client, each.Provider, EndlessAnswer.Body(), each.stream);
            Assert.Equal((Ending.Refused, 502), (verdict.Ending, answer.Status));
            Assert.True(verdict.Code is null or TooLarge, answer.Text);
        });

    [Fact]
    public Task Signs_of_life_without_an_answer_are_no_first_event() => FaultDeployment.AllAsync(ProviderDialect.All, async provider =>
    {
        var passage = deployment.Proxy.Plan(FaultPlan.None with { Instead = EndlessAnswer.Comments() });
        var client = ClientDialect.Of("openai-chat");

        var answer = await deployment.AskAsync(client, $"impatient-{provider.Name}/{provider.Model}", passage, stream: true, sidecar);

        Assert.Equal((504, "upstream_first_event_timeout"), (answer.Status, client.Judge(answer, stream: true).Code));
    });

    [Fact]
    public Task Very_many_very_small_events_flow_through() => FaultDeployment.AllAsync(ClientDialect.All, async client =>
    {
        const int events = 20_000;
        var (answer, verdict) = await AskAsync(client, ProviderDialect.Of("compatible"), EndlessAnswer.TinyEvents(events), stream: true);
        Assert.True(verdict.Ending == Ending.Good, $"{client.Name}: {answer.Status} {Short(answer.Text)}");
        Assert.True(answer.Text.Length > events);
    });

    private async Task<(ClientAnswer Answer, Verdict Verdict)> AskAsync(
        ClientDialect client, ProviderDialect provider, IEnumerable<ReadOnlyMemory<byte>> instead, bool stream)
    {
        var passage = deployment.Proxy.Plan(FaultPlan.None with { Instead = instead });
        var answer = await deployment.AskAsync(client, $"{provider.Name}/{provider.Model}", passage, stream, sidecar);
        var verdict = client.Judge(answer, stream);
        if (verdict.Ending != Ending.Good)
            await (await passage.First).Left.WaitAsync(Eventually.Deadline);
        return (answer, verdict);
    }

    private static string Short(string text) => text.Length <= 1000 ? text : $"{text[..500]} … {text[^500..]}";
}
