using System.Globalization;
using System.Text;
using Dragoman.Conversation;
using Dragoman.Dialects.ChatCompletions;
using Dragoman.Schemas;
using Dragoman.Wire;

namespace Dragoman.Gateway.Tests.Growth;

/// <summary>
/// Work is linear in the input: twice as much of anything takes at most 2.3 times the CPU time and memory. The tests
/// measure four times as much, which is two doublings, and use the least of several measurements.
/// </summary>
[Collection(nameof(GrowthTests))]
public class GrowthTests
{
    private const int Doublings = 2;
    private const double MostOfOneDoubling = 2.3;
    private const int FewestRounds = 2;
    private const int MostRounds = 40;

    /// <summary>In seconds. Less CPU time proves nothing, because the clock, the caches and the collector have a share in it.</summary>
    private const double LeastSeconds = 0.002;

    /// <summary>A fixed overhead in bytes.</summary>
    private const long Besides = 256 * 1024;

    private static readonly GrowthGateway Gateway = new();

    public static TheoryData<string> Requests => [.. RequestShapes.All.Select(shape => shape.Name)];

    public static TheoryData<string> Answers => [.. AnswerShapes.All.Select(shape => shape.Name)];

    [Theory]
    [MemberData(nameof(Requests))]
    public Task Reading_and_writing_a_request_is_linear(string name) => OnPoolThread(() =>
    {
        var (_, client, count, write) = RequestShapes.All.Single(shape => shape.Name == name);
        var bodies = Bodies(count, write);
        var accepted = 0;
        foreach (var provider in GrowthGateway.Providers.Keys)
            accepted += AssertLinear(bodies, body => Accepts(() => Gateway.Write(client, provider, body)), $"{name} to {provider}") ? 1 : 0;
        Assert.True(accepted > 0, $"{name} is refused at every provider, so that nothing was written");
    });

    [Theory]
    [MemberData(nameof(Answers))]
    public Task Translating_an_answer_is_linear(string name) => OnPoolThread(() =>
    {
        var (_, provider, count, readSize, ask, write) = AnswerShapes.All.Single(shape => shape.Name == name);
        var asked = Bodies(count, ask);
        var answers = Bodies(count, write);
        (byte[] Asked, byte[] Answer)[] pairs = [.. asked.Zip(answers)];
        var accepted = 0;
        foreach (var client in (string[])["chat", "responses", "messages", "ollama"])
            accepted += AssertLinear(pairs, pair => Accepts(() => Gateway.Translate(provider, client, pair.Asked, pair.Answer, readSize)), $"{name} to {client}") ? 1 : 0;
        Assert.True(accepted > 0, $"{name} is refused to every client, so that nothing was translated");
    });

    [Fact]
    public Task Embedding_is_linear() => OnPoolThread(() =>
    {
        var bodies = Bodies(4000, n => $$"""{"model":"m","input":[{{RequestShapes.Repeat(n, i => $"\"text {i}\"")}}],"options":{ {{RequestShapes.Repeat(n, i => $"\"o{i}\":1")}} } }""");
        foreach (var provider in (string[])["openai", "compatible", "mistral", "gemini"])
            AssertLinear(bodies, body => Gateway.WriteEmbeddings(provider, body) > 0, $"embedding to {provider}");
    });

    [Fact]
    public Task Reading_vectors_is_linear() => OnPoolThread(() => AssertLinear(
        Bodies(2000, n => $$"""{"data":[{"index":0,"embedding":[{{RequestShapes.Repeat(n, _ => "1")}}]},{{RequestShapes.Repeat(n, i => $"{{\"index\":{i + 1},\"embedding\":[]}}")}}]}"""),
        body => EmbeddingList.Read(body).Vectors.Count > 0,
        "a long vector and many short ones"));

    [Fact]
    public Task Changing_members_that_are_repeated_is_linear() => OnPoolThread(() => AssertLinear(
        Bodies(4000, n => $"{{{RequestShapes.Repeat(n, i => i % 2 == 0 ? "\"a\":1" : "\"b\":2")}}}"),
        body =>
        {
            var edited = new EditedJson(JsonMembers.TryRead(body)!);
            return edited.Set("a"u8, "11"u8.ToArray()) && edited.Set("b"u8, "22"u8.ToArray()) && edited.Written.Length > body.Length;
        },
        "repeated members"));

    [Theory]
    [InlineData("properties", """{"properties":{"a":{"type":"string"}}}""")]
    [InlineData("all of a long list", """{"allOf":[{"additionalProperties":true},{"minProperties":1},{"propertyNames":{"minLength":1}}]}""")]
    [InlineData("patterns", """{"patternProperties":{"^a":{"type":"number"},"^p":{"type":"number"}}}""")]
    [InlineData("what is unevaluated", """{"allOf":[{"patternProperties":{"^p":true}}],"unevaluatedProperties":false}""")]
    public Task Judging_an_object_is_linear(string name, string schema) => OnPoolThread(() => AssertLinear(
        Bodies(4000, n => $"{{{RequestShapes.Repeat(n, i => $"\"p{i}\":{i}")}}}"),
        body => AnswerSchema.Parse(schema).FindMismatch(body) is null,
        name));

    [Theory]
    [InlineData("unique items", """{"uniqueItems":true}""")]
    [InlineData("items", """{"items":{"type":"number","minimum":0}}""")]
    [InlineData("contains", """{"contains":{"const":3}}""")]
    public Task Judging_a_list_is_linear(string name, string schema) => OnPoolThread(() => AssertLinear(
        Bodies(10_000, n => $"[{RequestShapes.Repeat(n, i => i.ToString(CultureInfo.InvariantCulture))}]"),
        body => AnswerSchema.Parse(schema).FindMismatch(body) is null,
        name));

    [Fact]
    public Task Judging_by_a_long_enum_is_linear() => OnPoolThread(() => AssertLinear(
        [.. Counts(2000).Select(n => (Schema: $$"""{"items":{"enum":[{{RequestShapes.Repeat(n, i => i.ToString(CultureInfo.InvariantCulture))}}]} }""", Answer: Encoding.UTF8.GetBytes($"[{RequestShapes.Repeat(n, i => $"{i}.0")}]")))],
        pair => AnswerSchema.Parse(pair.Schema).FindMismatch(pair.Answer) is null,
        "a long enum"));

    /// <summary>Proves that the measurement detects quadratic work.</summary>
    [Fact]
    public Task What_is_not_linear_is_found() => OnPoolThread(() =>
    {
        var lists = Counts(5000).Select(n => Enumerable.Range(0, n).ToList()).ToArray();
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => AssertLinear(lists, list => list.TrueForAll(list.Contains), "a search in a search"));
    });

    private static IEnumerable<int> Counts(int count) => [count, count << Doublings];

    private static byte[][] Bodies(int count, Func<int, string> write) => [.. Counts(count).Select(n => Encoding.UTF8.GetBytes(write(n)))];

    /// <summary>Runs work on a thread pool thread, where no work moves to another thread.</summary>
    private static Task OnPoolThread(Action work) => Task.Run(work);

    private static bool Accepts(Action work)
    {
        try
        {
            work();
            return true;
        }
        catch (GatewayException refusal) when (refusal.Error.Kind is ErrorKind.InvalidRequest or ErrorKind.UpstreamFailed)
        {
            return false;
        }
    }

    /// <returns>The work's result for the larger input.</returns>
    private static bool AssertLinear<T>(T[] inputs, Func<T, bool> work, string what)
    {
        WorkCost small = new(double.MaxValue, long.MaxValue), large = small;
        var result = false;
        var round = 0;
        // The code is recompiled while it runs, so the first rounds prove little.
        do
        {
            small = WorkMeter.Least(small, WorkMeter.Measure(() => work(inputs[0])));
            large = WorkMeter.Least(large, WorkMeter.Measure(() => result = work(inputs[1])));
        }
        while (++round < FewestRounds || (!IsLinear(small, large) && round < MostRounds));
        Assert.True(IsLinear(small, large), string.Create(
            CultureInfo.InvariantCulture,
            $"{what}: {1 << Doublings} times as much takes {large.Seconds / small.Seconds:F1} times the CPU ({small.Seconds * 1e3:F2} ms, then {large.Seconds * 1e3:F2} ms) and {(double)large.Bytes / small.Bytes:F1} times the memory ({small.Bytes >> 10} KiB, then {large.Bytes >> 10} KiB)"));
        return result;
    }

    private static bool IsLinear(WorkCost small, WorkCost large)
    {
        var most = Math.Pow(MostOfOneDoubling, Doublings);
        return large.Seconds <= most * Math.Max(small.Seconds, LeastSeconds / most) && large.Bytes <= (most * small.Bytes) + Besides;
    }
}

/// <summary>These tests run alone, because other tests would share the caches.</summary>
[CollectionDefinition(nameof(GrowthTests), DisableParallelization = true)]
public sealed class GrowthCollection : ICollectionFixture<SmallHeap>;
