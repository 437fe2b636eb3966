using System.Net;
using Microsoft.AspNetCore.Http;

namespace Dragoman.Gateway.Tests.Pipeline;

/// <summary>How often a provider is called when several things go wrong one after another: no remedy adds tries for another one.</summary>
public sealed class SecondTriesTests
{
    private const string Chat = """{"model":"m","stream":true,"messages":[{"role":"user","content":"hi"}]}""";

    /// <summary>OpenAI's strict mode would not allow the member to be absent, so the gateway checks the answer.</summary>
    private const string Judged = """{"model":"both","stream":true,"format":{"type":"object","properties":{"a":{"type":"integer"}}},"messages":[{"role":"user","content":"hi"}]}""";

    private const string PutAway = """{"error":{"message":"Model unloaded."}}""";
    private const string OptionsRefused = """{"error":{"message":"Unrecognized request argument supplied: stream_options"}}""";
    private const string TooLong = """{"error":{"message":"too long","code":"context_length_exceeded"}}""";

    [Fact]
    public async Task An_amended_call_is_not_woken_when_it_is_refused_again()
    {
        await using var gateway = await StartAsync("lmstudio");
        var asked = Script(gateway.First, Refusal(OptionsRefused), Refusal(PutAway));
        Assert.Equal(HttpStatusCode.BadRequest, (await gateway.PostAsync("/api/chat", Chat)).Status);
        Assert.Equal(["chat", "chat"], asked);
    }

    [Fact]
    public async Task A_woken_call_is_not_amended_when_it_is_refused_again()
    {
        await using var gateway = await StartAsync("lmstudio");
        var asked = Script(gateway.First, Refusal(PutAway), Refusal(OptionsRefused));
        Assert.Equal(HttpStatusCode.BadRequest, (await gateway.PostAsync("/api/chat", Chat)).Status);
        Assert.Equal(["chat", "load", "chat"], asked);
    }

    /// <summary>There is one remedy for a rejection, then one for an answer that begins well, and no more.</summary>
    [Fact]
    public async Task What_is_put_away_in_a_good_answer_is_woken_once_after_any_cure()
    {
        await using var gateway = await StartAsync("lmstudio");
        var asked = Script(gateway.First, Refusal(OptionsRefused), Stream(PutAway), Stream(PutAway));
        Assert.Equal(HttpStatusCode.BadGateway, (await gateway.PostAsync("/api/chat", Chat)).Status);
        Assert.Equal(["chat", "chat", "load", "chat"], asked);
        // The rejected option is not sent again.
        Assert.Equal([true, false, false, false], gateway.First.Bodies.Select(body => body.Contains("stream_options", StringComparison.Ordinal)));
    }

    /// <summary>A model that cannot be loaded is a failure of the target, and not the end of the request.</summary>
    [Fact]
    public async Task A_cure_that_fails_leads_to_the_next_target()
    {
        await using var gateway = await StartAsync("lmstudio");
        gateway.First.Answer = http => http.Request.Path.ToString().EndsWith("/load", StringComparison.Ordinal)
            ? ScriptedUpstream.WriteAsync(http, 500, "application/json", """{"error":{"message":"no memory"}}""")
            : ScriptedUpstream.WriteAsync(http, 400, "application/json", PutAway);
        var second = Script(gateway.Second, Stream(ScriptedUpstream.Delta("Hello"), ScriptedUpstream.Finish, "[DONE]"));
        var (status, body, _) = await gateway.PostAsync("/api/chat", Chat.Replace("\"m\"", "\"both\"", StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Contains("Hello", body, StringComparison.Ordinal);
        Assert.Equal(["chat"], second);
        Assert.Equal(2, gateway.First.Bodies.Count);
    }

    [Fact]
    public async Task The_last_try_of_a_call_has_no_cure_for_a_refusal()
    {
        await using var gateway = await StartAsync("lmstudio");
        var asked = Script(gateway.First, Stream(PutAway), Refusal(OptionsRefused));
        Assert.Equal(HttpStatusCode.BadRequest, (await gateway.PostAsync("/api/chat", Chat)).Status);
        Assert.Equal(["chat", "load", "chat"], asked);
    }

    [Fact]
    public async Task A_model_put_away_in_a_refusal_and_in_an_answer_is_woken_twice()
    {
        await using var gateway = await StartAsync("lmstudio");
        var asked = Script(gateway.First, Refusal(PutAway), Stream(PutAway), Stream(ScriptedUpstream.Delta("Hello"), ScriptedUpstream.Finish, "[DONE]"));
        var (status, body, _) = await gateway.PostAsync("/api/chat", Chat);
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Contains("Hello", body, StringComparison.Ordinal);
        Assert.Equal(["chat", "load", "chat", "load", "chat"], asked);
    }

    /// <summary>Each target gets three calls: one is rejected and amended, and two get an answer that does not match the schema.</summary>
    [Fact]
    public async Task Cures_of_a_call_of_a_target_and_of_a_request_add_up()
    {
        await using var gateway = await StartAsync("openai");
        var wrong = Stream(ScriptedUpstream.Delta("no JSON"), ScriptedUpstream.Finish, "[DONE]");
        var first = Script(gateway.First, Refusal(OptionsRefused), wrong, wrong);
        var second = Script(gateway.Second, wrong, Refusal(OptionsRefused), wrong);
        // An answer that has to match a schema is checked before any of it is sent.
        var (status, body, _) = await gateway.PostAsync("/api/chat", Judged);
        Assert.Equal(HttpStatusCode.BadGateway, status);
        Assert.Contains("does not match the schema", body, StringComparison.Ordinal);
        Assert.Equal((3, 3), (first.Count, second.Count));
    }

    [Fact]
    public async Task A_shorter_conversation_has_no_more_answers_that_do_not_fit()
    {
        await using var gateway = await StartAsync("openai");
        var wrong = Stream(ScriptedUpstream.Delta("no JSON"), ScriptedUpstream.Finish, "[DONE]");
        var first = Script(gateway.First, wrong, Refusal(TooLong), Refusal(TooLong), wrong);
        var second = Script(gateway.Second, Stream(ScriptedUpstream.Delta("{}"), ScriptedUpstream.Finish, "[DONE]"));
        var history = string.Concat(Enumerable.Range(0, 20).Select(index => $$"""{"role":"user","content":"question {{index}} {{new string('x', 400)}}"},{"role":"assistant","content":"answer"},"""));
        var (status, _, _) = await gateway.PostAsync("/api/chat", Judged.Replace("\"stream\":true", "\"stream\":false", StringComparison.Ordinal).Replace("\"messages\":[", "\"messages\":[" + history, StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal((4, 1), (first.Count, second.Count));
        // The next target gets the whole conversation.
        Assert.True(gateway.Second.Bodies[0].Length >= gateway.First.Bodies[0].Length - 20);
        Assert.True(gateway.First.Bodies[3].Length < gateway.First.Bodies[2].Length && gateway.First.Bodies[2].Length < gateway.First.Bodies[1].Length);
    }

    [Fact]
    public async Task A_conversation_is_shortened_so_often_and_no_other_target_is_asked()
    {
        await using var gateway = await StartAsync("openai");
        var first = Script(gateway.First, Refusal(TooLong));
        var second = Script(gateway.Second, Refusal(TooLong));
        var history = string.Concat(Enumerable.Range(0, 40).Select(index => $$"""{"role":"user","content":"question {{index}} {{new string('x', 400)}}"},{"role":"assistant","content":"answer"},"""));
        await gateway.PostAsync("/api/chat", Chat.Replace("\"m\"", "\"both\"", StringComparison.Ordinal).Replace("\"messages\":[", "\"messages\":[" + history, StringComparison.Ordinal));
        Assert.Equal((7, 0), (first.Count, second.Count));
    }

    [Fact]
    public async Task A_stream_that_has_begun_is_not_asked_for_again()
    {
        await using var gateway = await StartAsync("lmstudio");
        var hasBegun = new TaskCompletionSource();
        var first = Script(gateway.First, async http =>
        {
            await ScriptedUpstream.WriteEventsAsync(http, ScriptedUpstream.Delta("Hello"));
            await hasBegun.Task;
            await ScriptedUpstream.WriteEventsAsync(http, PutAway);
        });
        var second = Script(gateway.Second, Stream(ScriptedUpstream.Delta("Hello"), ScriptedUpstream.Finish, "[DONE]"));
        using var answer = await gateway.OpenAsync("/api/chat", Chat.Replace("\"m\"", "\"both\"", StringComparison.Ordinal));
        using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync());
        Assert.Contains("Hello", await lines.ReadLineAsync(), StringComparison.Ordinal);
        hasBegun.SetResult();
        Assert.Contains("unloaded", await lines.ReadToEndAsync(), StringComparison.Ordinal);
        Assert.Equal((1, 0), (first.Count, second.Count));
    }

    [Fact]
    public async Task A_count_of_tokens_is_amended_once_and_asks_no_other_target()
    {
        await using var gateway = await GatewayUnderTest.StartAsync("anthropic");
        const string refused = """{"type":"error","error":{"type":"invalid_request_error","message":"messages.1: Invalid `signature` in `thinking` block"}}""";
        var first = Script(gateway.First, Refusal(refused));
        const string thinking = """{"model":"both","max_tokens":9,"messages":[{"role":"user","content":"q"},{"role":"assistant","content":[{"type":"thinking","thinking":"t","signature":"abc"},{"type":"text","text":"a"}]},{"role":"user","content":"q"}]}""";
        Assert.Equal(HttpStatusCode.BadRequest, (await gateway.PostAsync("/v1/messages/count_tokens", thinking)).Status);
        Assert.Equal(2, first.Count);
        Assert.Equal([true, false], gateway.First.Bodies.Select(body => body.Contains("signature", StringComparison.Ordinal)));
        Assert.Empty(gateway.Second.Bodies);
    }

    [Fact]
    public async Task An_embedding_is_woken_cut_down_and_falls_back_each_by_its_own_number()
    {
        await using var gateway = await GatewayUnderTest.StartAsync("openai", options: """{ "server": "lmstudio" }""", publish: "none");
        const string together = """{"error":{"message":"too many inputs in one call"}}""";
        // The whole list is sent first: the model is unloaded, it is loaded again, and then the list is too long. Its halves follow.
        var asked = Script(gateway.First, Refusal(PutAway), Refusal(together), Vectors(1), Refusal(PutAway), Vectors(1));
        var (status, body, _) = await gateway.PostAsync("/v1/embeddings", """{"model":"vectors","input":["a","b"]}""");
        Assert.True(status == HttpStatusCode.OK, body);
        Assert.Equal(["embeddings", "load", "embeddings", "embeddings", "embeddings", "load", "embeddings"], asked);
    }

    private static Task<GatewayUnderTest> StartAsync(string server) => GatewayUnderTest.StartAsync("openai", options: $"{{ \"server\": \"{server}\" }}");

    /// <summary>Answers one call after another, and all further calls with the last answer. Accepts every request to load a model.</summary>
    /// <returns>The received calls, by the last word of the path.</returns>
    private static List<string> Script(ScriptedUpstream upstream, params Func<HttpContext, Task>[] answers)
    {
        var asked = new List<string>();
        var next = 0;
        upstream.Answer = http =>
        {
            var path = http.Request.Path.ToString();
            if (path.EndsWith("/load", StringComparison.Ordinal))
            {
                asked.Add("load");
                return ScriptedUpstream.WriteAsync(http, 200, "application/json", "{}");
            }

            asked.Add(path.EndsWith("/chat/completions", StringComparison.Ordinal) ? "chat" : path[(path.LastIndexOf('/') + 1)..]);
            return answers[Math.Min(next++, answers.Length - 1)](http);
        };
        return asked;
    }

    private static Func<HttpContext, Task> Refusal(string body) => http => ScriptedUpstream.WriteAsync(http, 400, "application/json", body);

    private static Func<HttpContext, Task> Stream(params string[] events) => http => ScriptedUpstream.WriteEventsAsync(http, events);

    private static Func<HttpContext, Task> Vectors(int count) =>
        http => ScriptedUpstream.WriteAsync(http, 200, "application/json", $$"""{"data":[{{string.Join(',', Enumerable.Range(0, count).Select(index => $$"""{"index":{{index}},"embedding":[1,0]}"""))}}]}""");
}
