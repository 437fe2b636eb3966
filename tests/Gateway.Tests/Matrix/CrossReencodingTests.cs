using Dragoman.Conversation;
using Dragoman.Gateway.Tests.Conversation;
using Xunit.Abstractions;

namespace Dragoman.Gateway.Tests.Matrix;

/// <summary>Every fixture of every provider has the same content after it is written in every client's dialect and read again.</summary>
public sealed class CrossReencodingTests(ITestOutputHelper log)
{
    private const int RandomSplits = 12;

    /// <summary>The numbers of combinations that are tried.</summary>
    private const string Summary =
        "118 wire fixtures of 12 provider groups in 6 client dialects: 5580 streamed re-encodings over 930 splits, 456 whole re-encodings, 72 of failed answers, 234 of refusals.";

    private static readonly IReadOnlyList<WireFixture> Answers = [.. WireFixture.All.Where(fixture => !fixture.IsHttpError && !IsNoAnswer(fixture))];

    private static readonly IReadOnlyList<WireFixture> Refusals = [.. WireFixture.All.Where(fixture => fixture.IsHttpError)];

    public static TheoryData<string, string> AnswersByClient => Pairs(Answers);

    public static TheoryData<string, string> RefusalsByClient => Pairs(Refusals);

    [Theory]
    [MemberData(nameof(AnswersByClient))]
    public void Streamed_on_an_answer_says_the_same(string name, string client)
    {
        var fixture = WireFixture.Named(name);
        var dialect = ClientDialect.Named(client);
        foreach (var (cut, cutAgain) in SplitsOf(fixture))
        {
            var request = dialect.Request(stream: true, ChoicesOf(fixture));
            var (stream, raised, refused) = dialect.Stream(request, next => Play(fixture, cut, next, request));
            var expected = refused is null ? dialect.Carries.Of(Said.Of(raised)) : Said.Failed(refused.Message);
            if (IsFailure(fixture))
                Assert.NotNull(expected.Error);
            else if (expected.Error is not null)
                Assert.Equal(dialect.Carries.Withheld, expected.Error);
            dialect.AssertLegal(stream);
            Assert.Equal(expected.Error is null, dialect.HasSuccessMarker(stream));
            expected.AssertSame(dialect.ReadStream(stream, cutAgain(stream.Length), request));
        }
    }

    [Theory]
    [MemberData(nameof(AnswersByClient))]
    public void Collected_an_answer_says_the_same(string name, string client)
    {
        var fixture = WireFixture.Named(name);
        var dialect = ClientDialect.Named(client);
        var request = dialect.Request(stream: false, ChoicesOf(fixture));
        var raised = Play(fixture, [], null, request);
        var expected = dialect.Carries.Of(Said.Of(raised));
        var (body, error) = dialect.Whole(request, raised);
        Assert.Equal(expected.Error, error?.Message);
        if (error is null)
            expected.AssertSame(dialect.ReadBody(body, request));
        else
            Assert.Equal(error.Message, dialect.MessageOf(body));
        if (IsFailure(fixture))
            Assert.NotNull(error);
    }

    [Theory]
    [MemberData(nameof(RefusalsByClient))]
    public void A_refusal_keeps_its_words_in_the_clients_own_form(string name, string client)
    {
        var fixture = WireFixture.Named(name);
        var dialect = ClientDialect.Named(client);
        var error = ProviderFamily.Of(fixture).Dialect.ReadError(fixture.Status, fixture.Body, null);
        // For Anthropic's clients, the gateway puts its own text before the provider's message.
        Assert.EndsWith(error.Message, dialect.MessageOf(dialect.ErrorBody(error)), StringComparison.Ordinal);
        Assert.InRange(dialect.Dialect.Errors.StatusOf(error), 400, 599);
        Assert.NotEqual(500, dialect.Dialect.Errors.StatusOf(error));
    }

    [Fact]
    public void All_of_it_is_counted()
    {
        var clients = ClientDialect.All.Count;
        var groups = WireFixture.All.Select(fixture => fixture.Name[..fixture.Name.IndexOf('/', StringComparison.Ordinal)]).Distinct().Count();
        var splits = Answers.Sum(fixture => SplitsOf(fixture).Count());
        var counted = $"{WireFixture.All.Count} wire fixtures of {groups} provider groups in {clients} client dialects: "
            + $"{splits * clients} streamed re-encodings over {splits} splits, {Answers.Count * clients} whole re-encodings, "
            + $"{Answers.Count(IsFailure) * clients} of failed answers, {Refusals.Count * clients} of refusals.";
        log.WriteLine(counted);
        Assert.Equal(Summary, counted);
    }

    /// <summary>How the provider's and the client's bytes are split: not at all, byte by byte, at random.</summary>
    private static IEnumerable<(IEnumerable<int> Cut, Func<int, IEnumerable<int>> CutAgain)> SplitsOf(WireFixture fixture)
    {
        yield return ([fixture.Body.Length], length => [length]);
        if (fixture.IsWholeBody)
            yield break;
        yield return (Enumerable.Repeat(1, fixture.Body.Length), length => [length]);
        yield return ([fixture.Body.Length], length => Enumerable.Repeat(1, length));
        for (var seed = 0; seed < RandomSplits; seed++)
        {
            var (mine, theirs) = (seed, seed + RandomSplits);
            yield return (
                Upstream.RandomSizes(mine, 1 << (mine % 11)).Take(fixture.Body.Length),
                length => Upstream.RandomSizes(theirs, 1 << (theirs % 11)).Take(length));
        }
    }

    private static CheckedEvents Play(WireFixture fixture, IEnumerable<int> cut, IAnswerEvents? next, ChatRequest request)
    {
        var family = ProviderFamily.Of(fixture);
        return fixture.IsWholeBody ? family.PlayBody(fixture.Body, next, request) : family.PlayStream(fixture.Body, cut, next, request);
    }

    private static bool IsFailure(WireFixture fixture) =>
        fixture.Expect.GetProperty("terminal").GetString() is "error" or "truncated" || fixture.Expect.GetProperty("chatFinishReason").GetString() == "error";

    private static bool IsNoAnswer(WireFixture fixture) => fixture.Expect.TryGetProperty("inputTokens", out _) || fixture.Expect.TryGetProperty("embeddings", out _);

    private static int ChoicesOf(WireFixture fixture) => fixture.Expect.TryGetProperty("otherChoices", out var others) ? others.EnumerateObject().Count() + 1 : 1;

    private static TheoryData<string, string> Pairs(IEnumerable<WireFixture> fixtures)
    {
        var pairs = new TheoryData<string, string>();
        foreach (var fixture in fixtures)
        {
            foreach (var client in ClientDialect.All)
                pairs.Add(fixture.Name, client.Name);
        }

        return pairs;
    }
}
