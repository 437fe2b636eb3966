using System.Net;
using System.Text.Json;
using Dragoman.Conversation;
using Dragoman.Dialects;
using Dragoman.Pipeline.Embeddings;

namespace Dragoman.Gateway.Tests.Pipeline.Embeddings;

public sealed class EmbeddingBatchTests
{
    [Fact]
    public async Task Many_texts_go_in_parts_and_come_back_in_order()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        var provider = EmbeddingProvider.Behind(gateway.First);
        var (status, body, _) = await gateway.PostAsync("/v1/embeddings", Request(Numbers(1300)));

        Assert.Equal(HttpStatusCode.OK, status);
        var answer = GatewayUnderTest.Json(body);
        Assert.Equal(Enumerable.Range(0, 1300), answer.GetProperty("data").EnumerateArray().Select(item => item.GetProperty("index").GetInt32()));
        Assert.Equal(Enumerable.Range(0, 1300), answer.GetProperty("data").EnumerateArray().Select(item => item.GetProperty("embedding")[0].GetInt32()));
        Assert.Equal(1300, answer.GetProperty("usage").GetProperty("prompt_tokens").GetInt32());
        Assert.Equal([276, 512, 512], provider.Calls.Select(call => EmbeddingProvider.Texts(call).Count).Order());
    }

    [Fact]
    public async Task Four_parts_are_under_way_at_once_and_no_more()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        var provider = EmbeddingProvider.Behind(gateway.First);
        var fourHere = new TaskCompletionSource();
        int here = 0, most = 0;
        provider.Before = async (_, _) =>
        {
            var count = Interlocked.Increment(ref here);
            InterlockedMax(ref most, count);
            if (count == 4)
                fourHere.TrySetResult();
            await fourHere.Task;
            Interlocked.Decrement(ref here);
        };
        var (status, _, _) = await gateway.PostAsync("/api/embed", Request(Numbers(512 * 7)));
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal((7, 4), (provider.Calls.Count, most));
    }

    [Fact]
    public async Task A_part_that_fails_fails_the_whole_and_cancels_the_rest()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        var provider = EmbeddingProvider.Behind(gateway.First);
        var othersHere = new CountdownEvent(3);
        provider.Refuse = call =>
        {
            if (EmbeddingProvider.Texts(call)[0] != "512")
                return null;
            othersHere.Wait(TimeSpan.FromSeconds(30));
            return (418, "no");
        };
        provider.Before = async (http, _) =>
        {
            if (!othersHere.IsSet)
                othersHere.Signal();
            await Task.Delay(Timeout.Infinite, http.RequestAborted);
        };
        var (status, body, _) = await gateway.PostAsync("/api/embed", Request(Numbers(512 * 8)));
        Assert.Equal((HttpStatusCode.BadRequest, """{"error":"no"}"""), (status, body));
        Assert.Equal(4, provider.Calls.Count);
        await gateway.First.ClientLeft.Task;
    }

    [Theory]
    [InlineData(400, "Too many tokens overall, split into more batches.")]
    [InlineData(400, "Too many inputs in request, split into more batches.")]
    [InlineData(400, "Requested 300500 tokens, max 300000 tokens per request")]
    [InlineData(400, "Invalid 'input': array too long. Expected an array with maximum length 3, but got an array with length 10 instead.")]
    [InlineData(422, "batch size 10 > maximum allowed batch size 3")]
    [InlineData(413, "Payload too large")]
    public async Task A_part_that_is_too_much_for_the_provider_is_halved(int status, string message)
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        var provider = EmbeddingProvider.Behind(gateway.First);
        provider.Refuse = call => EmbeddingProvider.Texts(call).Count > 3 ? (status, message) : null;
        foreach (var path in new[] { "/v1/embeddings", "/api/embed" })
        {
            var (answered, body, _) = await gateway.PostAsync(path, Request(Numbers(10)));
            Assert.Equal(HttpStatusCode.OK, answered);
            var numbers = path == "/api/embed"
                ? GatewayUnderTest.Json(body).GetProperty("embeddings").EnumerateArray().Select(vector => (int)Math.Round(vector[0].GetDouble() / vector[1].GetDouble()))
                : GatewayUnderTest.Json(body).GetProperty("data").EnumerateArray().Select(item => item.GetProperty("embedding")[0].GetInt32());
            Assert.Equal(Enumerable.Range(0, 10), numbers);
        }

        Assert.Equal(2 * 7, provider.Calls.Count);
    }

    [Fact]
    public async Task The_next_target_embeds_all_that_the_first_could_not()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        EmbeddingProvider.Behind(gateway.First).Refuse = call => EmbeddingProvider.Texts(call)[0] == "512" ? (503, "busy") : null;
        var second = EmbeddingProvider.Behind(gateway.Second);
        var (status, body, _) = await gateway.PostAsync("/v1/embeddings", Request(Numbers(600), model: "both"));
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(600, GatewayUnderTest.Json(body).GetProperty("data").GetArrayLength());
        // The reported usage is that of the client's answer, without what the failed target used.
        Assert.Equal(600, GatewayUnderTest.Json(body).GetProperty("usage").GetProperty("prompt_tokens").GetInt32());
        Assert.Equal(2, second.Calls.Count);
    }

    [Theory]
    [InlineData("This model does not support specifying dimensions.")]
    [InlineData("Model \"x\" does not support matryoshka representation, changing output dimensions will lead to poor results.")]
    [InlineData("output_dimension is not supported for this model")]
    public async Task Dimensions_that_the_provider_refuses_are_cut_here(string message)
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        var provider = EmbeddingProvider.Behind(gateway.First);
        provider.Refuse = call => call.TryGetProperty("output_dimension", out _) ? (400, message) : null;
        var (status, body, response) = await gateway.PostAsync("/api/embed", """{"model":"vectors","input":["3"],"dimensions":1}""");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("[[1]]", GatewayUnderTest.Json(body).GetProperty("embeddings").GetRawText());
        Assert.Equal("dimensions=emulated", response.Headers.GetValues(LossReport.Header).Single());
        Assert.Equal(2, provider.Calls.Count);
    }

    [Fact]
    public async Task An_OpenAI_client_hears_that_dimensions_are_refused()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        var provider = EmbeddingProvider.Behind(gateway.First);
        provider.Refuse = _ => (400, "This model does not support specifying dimensions.");
        var (status, body, _) = await gateway.PostAsync("/v1/embeddings", """{"model":"vectors","input":["3"],"dimensions":1}""");
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains("specifying dimensions", body, StringComparison.Ordinal);
        Assert.Single(provider.Calls);
    }

    [Theory]
    [InlineData("[1]", "[[1]]")]
    [InlineData("[3,4,0]", "[[0.6,0.8]]")]
    public async Task Dimensions_that_the_provider_ignores_or_lacks_do_no_harm(string vector, string embeddings)
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        gateway.First.Answer = http => ScriptedUpstream.WriteAsync(http, 200, "application/json", $$"""{"data":[{"index":0,"embedding":{{vector}}}]}""");
        var (_, body, _) = await gateway.PostAsync("/api/embed", """{"model":"vectors","input":"x","dimensions":2}""");
        Assert.Equal(embeddings, GatewayUnderTest.Json(body).GetProperty("embeddings").GetRawText());
    }

    [Theory]
    [InlineData("This model's maximum context length is 100 tokens, however you requested 400 tokens.")]
    [InlineData("the input length exceeds the context length")]
    [InlineData("Input validation error: `inputs` must have less than 512 tokens. Given: 600")]
    [InlineData("input (600 tokens) is larger than the max context size (512 tokens)")]
    public async Task Only_the_text_that_is_too_long_is_cut(string message)
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        var provider = EmbeddingProvider.Behind(gateway.First);
        provider.Refuse = call => EmbeddingProvider.Texts(call).Exists(text => text.Length > 1000) ? (400, message) : null;
        var texts = Numbers(20);
        texts[7] = new string('a', 2000);
        texts[8] = new string('b', 1000);
        var (status, body, _) = await gateway.PostAsync("/api/embed", Request(texts));

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(20, GatewayUnderTest.Json(body).GetProperty("embeddings").GetArrayLength());
        var embedded = provider.Calls.Where(call => provider.Refuse(call) is null).SelectMany(EmbeddingProvider.Texts).ToHashSet();
        var cut = Assert.Single(embedded.Except(texts));
        Assert.StartsWith(cut, texts[7], StringComparison.Ordinal);
        Assert.InRange(cut.Length, 700, 1000);
        Assert.InRange(provider.Calls.Count, 3, 16);
    }

    [Fact]
    public async Task What_is_longer_than_the_model_reads_is_cut_without_looking_for_it()
    {
        await using var gateway = await GatewayUnderTest.StartAsync(embeddingContext: 1000);
        var provider = EmbeddingProvider.Behind(gateway.First);
        provider.Refuse = call => EmbeddingProvider.Texts(call).Exists(text => text.Length > 4000) ? (400, "maximum context length") : null;
        var (status, _, _) = await gateway.PostAsync("/api/embed", Request([new string('a', 9000), "1", new string('b', 4001)]));
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal([4000, 1, 4000], EmbeddingProvider.Texts(provider.Calls[^1]).Select(text => text.Length));
        Assert.Equal(2, provider.Calls.Count);
    }

    [Theory]
    [InlineData("/api/embed", "\"input\"")]
    [InlineData("/api/embeddings", "\"prompt\"")]
    public async Task A_cut_never_splits_a_character(string path, string member)
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        var provider = EmbeddingProvider.Behind(gateway.First);
        provider.Refuse = call => EmbeddingProvider.Texts(call)[0].Length > 100 ? (400, "maximum context length") : null;
        var text = "x" + string.Concat(Enumerable.Repeat("\U0001F600", 500));
        var (status, _, _) = await gateway.PostAsync(path, $$"""{"model":"vectors",{{member}}:"{{text}}"}""");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.All(provider.Calls, call =>
        {
            var sent = EmbeddingProvider.Texts(call)[0];
            Assert.DoesNotContain('\uFFFD', sent);
            Assert.Equal(1, sent.Length % 2);
        });
    }

    [Fact]
    public async Task A_provider_that_finds_every_text_too_long_is_not_asked_for_ever()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        var provider = EmbeddingProvider.Behind(gateway.First);
        provider.Refuse = _ => (400, "maximum context length");
        var (status, _, _) = await gateway.PostAsync("/api/embed", """{"model":"vectors","input":"abc"}""");
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal(7, provider.Calls.Count);
    }

    [Fact]
    public async Task A_client_that_wants_nothing_cut_gets_Ollamas_words()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        var provider = EmbeddingProvider.Behind(gateway.First);
        provider.Refuse = _ => (400, "This model's maximum context length is 100 tokens.");
        var (status, body, _) = await gateway.PostAsync("/api/embed", """{"model":"vectors","input":["a","b"],"truncate":false}""");
        Assert.Equal((HttpStatusCode.BadRequest, """{"error":"the input length exceeds the context length"}"""), (status, body));
        Assert.Single(provider.Calls);
    }

    [Fact]
    public async Task An_OpenAI_client_gets_the_providers_words()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        var provider = EmbeddingProvider.Behind(gateway.First);
        provider.Refuse = _ => (400, "This model's maximum context length is 100 tokens.");
        var (status, body, _) = await gateway.PostAsync("/v1/embeddings", Request(["a", "b"]));
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains("maximum context length is 100", body, StringComparison.Ordinal);
        Assert.Single(provider.Calls);
    }

    [Theory]
    [InlineData("\"input\":\"\"")]
    [InlineData("\"input\":[]")]
    [InlineData("\"input\":null")]
    [InlineData("\"truncate\":false")]
    public async Task Nothing_to_embed_asks_nobody(string member)
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        var (status, body, _) = await gateway.PostAsync("/api/embed", $$"""{"model":"vectors",{{member}}}""");
        Assert.Equal((HttpStatusCode.OK, """{"model":"vectors","embeddings":[]}"""), (status, body));
        Assert.Empty(gateway.First.Bodies);
    }

    [Fact]
    public async Task An_empty_text_among_others_is_embedded_as_a_blank()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        var provider = EmbeddingProvider.Behind(gateway.First);
        var (_, body, _) = await gateway.PostAsync("/api/embed", Request([""]));
        Assert.Equal(1, GatewayUnderTest.Json(body).GetProperty("embeddings").GetArrayLength());
        Assert.Equal([" "], EmbeddingProvider.Texts(provider.Calls[0]));
    }

    [Fact]
    public async Task A_provider_that_counts_nothing_is_settled_by_estimate()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        gateway.First.Answer = http => ScriptedUpstream.WriteAsync(http, 200, "application/json", """{"data":[{"index":0,"embedding":[1]}]}""");
        var (_, body, _) = await gateway.PostAsync("/api/embed", Request([new string('a', 400)]));
        Assert.Equal(100, GatewayUnderTest.Json(body).GetProperty("prompt_eval_count").GetInt32());
    }

    [Fact]
    public void Parts_stay_within_the_items_and_the_tokens()
    {
        Assert.Equal([2048, 952], Counts(Numbers(3000), new EmbeddingLimits(2048, 300_000)));
        Assert.Equal([2, 2, 1], Counts([.. Enumerable.Repeat(new string('a', 30), 5)], new EmbeddingLimits(100, 25)));
        Assert.Equal([1, 1, 2], Counts(["a", new string('a', 300), "b", "c"], new EmbeddingLimits(100, 25)));
        Assert.Empty(Counts([], new EmbeddingLimits(100, 25)));
    }

    private static List<int> Counts(IReadOnlyList<string> texts, EmbeddingLimits limits) => [.. EmbeddingBatch.Split(texts, limits).Select(part => part.Count)];

    private static List<string> Numbers(int count) => [.. Enumerable.Range(0, count).Select(number => $"{number}")];

    private static string Request(IReadOnlyList<string> texts, string model = "vectors") => $$"""{"model":"{{model}}","input":{{JsonSerializer.Serialize(texts)}}}""";

    private static void InterlockedMax(ref int most, int value)
    {
        for (var seen = most; value > seen; seen = most)
            Interlocked.CompareExchange(ref most, value, seen);
    }
}
