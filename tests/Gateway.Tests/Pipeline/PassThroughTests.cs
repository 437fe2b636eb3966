using System.Net;

namespace Dragoman.Gateway.Tests.Pipeline;

public class PassThroughTests
{
    private static string Request(string more = "") => "{\"x_unknown\": [1.0, 23e4],\"model\":\"m\", \"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]" + more + "}";

    [Fact]
    public async Task A_request_in_the_providers_own_dialect_changes_only_the_models_name()
    {
        await using var gateway = await GatewayUnderTest.StartAsync("openai");
        gateway.First.Answer = http => ScriptedUpstream.WriteAsync(http, 200, "application/json", ScriptedUpstream.WholeAnswer);
        await gateway.PostAsync("/v1/chat/completions", Request());
        Assert.Equal(Request().Replace("\"m\"", "\"upstream-m\"", StringComparison.Ordinal), gateway.First.Bodies[0]);
    }

    [Theory]
    [InlineData(",\"stream\":true", "\"stream_options\":{\"include_usage\":true},", "")]
    [InlineData(",\"stream\":true,\"stream_options\":{}", "", ",\"stream\":true,\"stream_options\":{\"include_usage\":true}")]
    [InlineData(",\"stream\":true,\"stream_options\":null", "", ",\"stream\":true,\"stream_options\":{\"include_usage\":true}")]
    [InlineData(",\"stream\":true,\"stream_options\":{\"a\":1,\"include_usage\":false}", "", ",\"stream\":true,\"stream_options\":{\"a\":1,\"include_usage\":true}")]
    [InlineData(",\"stream\":true,\"stream_options\":{\"a\":1}", "", ",\"stream\":true,\"stream_options\":{\"include_usage\":true,\"a\":1}")]
    public async Task A_stream_is_asked_for_its_token_counts(string more, string inFront, string instead)
    {
        await using var gateway = await GatewayUnderTest.StartAsync("openai");
        gateway.First.Answer = http => ScriptedUpstream.WriteEventsAsync(http, ScriptedUpstream.Finish, "[DONE]");
        await gateway.PostAsync("/v1/chat/completions", Request(more));
        var expected = Request(instead.Length > 0 ? instead : more).Replace("\"m\"", "\"upstream-m\"", StringComparison.Ordinal);
        Assert.Equal(expected.Insert(1, inFront), gateway.First.Bodies[0]);
    }

    [Fact]
    public async Task A_stream_of_a_server_that_counts_nothing_ends_well()
    {
        await using var gateway = await GatewayUnderTest.StartAsync("openai");
        gateway.First.Answer = http => ScriptedUpstream.WriteEventsAsync(http, ScriptedUpstream.Finish, "[DONE]");
        var (status, body, _) = await gateway.PostAsync("/v1/chat/completions", Request(",\"stream\":true,\"stream_options\":{\"include_usage\":true}"));
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.EndsWith("\n\ndata: [DONE]\n\n", body, StringComparison.Ordinal);
        Assert.Equal(2, body.Split("data: ").Length - 1);
    }

    [Fact]
    public async Task A_whole_answer_keeps_every_byte_but_the_models_name()
    {
        await using var gateway = await GatewayUnderTest.StartAsync("openai");
        const string Answer = "{ \"id\":\"up\", \"surprise\": {\"model\": 1.50},\n\"model\":\"upstream-m\",\"choices\":[{\"index\":0,\"message\":{\"content\":\"x\",\"new\":null},\"finish_reason\":\"stop\"}]}";
        gateway.First.Answer = http => ScriptedUpstream.WriteAsync(http, 200, "application/json", Answer);
        var (_, body, _) = await gateway.PostAsync("/v1/chat/completions", Request());
        Assert.Equal(Answer.Replace("\"model\":\"upstream-m\"", "\"model\":\"m\"", StringComparison.Ordinal), body);
    }

    [Fact]
    public async Task A_stream_keeps_unknown_members_and_named_events_and_hides_counts_that_nobody_asked_for()
    {
        await using var gateway = await GatewayUnderTest.StartAsync("openai");
        gateway.First.Answer = http => ScriptedUpstream.WriteAsync(
            http,
            200,
            "text/event-stream",
            ": comment\n\nevent: agent\ndata: {\"step\": 1}\n\ndata: {\"model\":\"upstream-m\",\"x\":1.0,\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\",\"y\":2}}]}\n\n"
            + "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: {\"choices\":[],\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":1}}\n\ndata: [DONE]\n\n");
        var (status, body, response) = await gateway.PostAsync("/v1/chat/completions", Request(",\"stream\":true"));
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("text/event-stream; charset=utf-8", response.Content.Headers.ContentType?.ToString());
        Assert.Equal(
            "event: agent\ndata: {\"step\": 1}\n\ndata: {\"model\":\"m\",\"x\":1.0,\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\",\"y\":2}}]}\n\n"
            + "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n",
            body);
    }

    [Fact]
    public async Task Counts_that_were_asked_for_are_passed_on()
    {
        await using var gateway = await GatewayUnderTest.StartAsync("openai");
        gateway.First.Answer = http => ScriptedUpstream.WriteEventsAsync(http, ScriptedUpstream.Finish, """{"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":1}}""", "[DONE]");
        var (_, body, _) = await gateway.PostAsync("/v1/chat/completions", Request(",\"stream\":true,\"stream_options\":{\"include_usage\":true}"));
        Assert.Contains("\"choices\":[],\"usage\"", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Data_over_several_lines_and_events_on_one_stay_events()
    {
        await using var gateway = await GatewayUnderTest.StartAsync("openai");
        gateway.First.Answer = http => ScriptedUpstream.WriteAsync(
            http,
            200,
            "text/event-stream",
            $"data: {{\"choices\":\ndata: [{{\"index\":0,\"delta\":{{\"content\":\"a\"}}}}]}}\n\ndata: {ScriptedUpstream.Delta("b")}\ndata: {ScriptedUpstream.Finish}\n"
            + "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":1}}\ndata: [DONE]\n");
        var (_, body, _) = await gateway.PostAsync("/v1/chat/completions", Request(",\"stream\":true"));
        Assert.Equal(
            $"data: {{\"choices\": [{{\"index\":0,\"delta\":{{\"content\":\"a\"}}}}]}}\n\ndata: {ScriptedUpstream.Delta("b")}\n\ndata: {ScriptedUpstream.Finish}\n\ndata: [DONE]\n\n",
            body);
    }

    [Fact]
    public async Task A_stream_that_ends_early_is_not_given_an_end()
    {
        await using var gateway = await GatewayUnderTest.StartAsync("openai");
        var seen = new TaskCompletionSource();
        gateway.First.Answer = async http =>
        {
            await ScriptedUpstream.WriteEventsAsync(http, ScriptedUpstream.Delta("a"));
            await seen.Task;
        };
        using var response = await gateway.OpenAsync("/v1/chat/completions", Request(",\"stream\":true"));
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        Assert.Equal("data: " + ScriptedUpstream.Delta("a"), await reader.ReadLineAsync());
        seen.SetResult();
        var rest = await reader.ReadToEndAsync();
        Assert.Contains("upstream_stream_truncated", rest, StringComparison.Ordinal);
        Assert.DoesNotContain("[DONE]", rest, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_of_the_other_form_is_translated()
    {
        await using var gateway = await GatewayUnderTest.StartAsync("openai");
        gateway.First.Answer = http => ScriptedUpstream.WriteAsync(http, 200, "application/json", ScriptedUpstream.WholeAnswer);
        var (_, streamed, _) = await gateway.PostAsync("/v1/chat/completions", Request(",\"stream\":true"));
        Assert.Contains("\"delta\":{\"content\":\"Hello\"}", streamed, StringComparison.Ordinal);
        Assert.EndsWith("data: [DONE]\n\n", streamed, StringComparison.Ordinal);
        gateway.First.Answer = http => ScriptedUpstream.WriteEventsAsync(http, ScriptedUpstream.Delta("Hel"), ScriptedUpstream.Delta("lo"), ScriptedUpstream.Finish, "[DONE]");
        var (_, whole, _) = await gateway.PostAsync("/v1/chat/completions", Request());
        Assert.Equal("Hello", GatewayUnderTest.Json(whole).GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString());
    }

    [Fact]
    public async Task An_error_in_a_good_answer_is_a_status()
    {
        await using var gateway = await GatewayUnderTest.StartAsync("openai");
        gateway.First.Answer = http => ScriptedUpstream.WriteAsync(http, 200, "application/json", """{"error":"model crashed"}""");
        var (status, body, _) = await gateway.PostAsync("/v1/chat/completions", Request());
        Assert.Equal(HttpStatusCode.BadGateway, status);
        Assert.Equal("model crashed", GatewayUnderTest.Json(body).GetProperty("error").GetProperty("message").GetString());
    }

    [Fact]
    public async Task Ollamas_clients_are_translated_for()
    {
        await using var gateway = await GatewayUnderTest.StartAsync("openai");
        gateway.First.Answer = http => ScriptedUpstream.WriteAsync(http, 200, "application/json", ScriptedUpstream.WholeAnswer);
        var (_, body, _) = await gateway.PostAsync("/api/chat", """{"model":"m","stream":false,"messages":[{"role":"user","content":"hi"}]}""");
        Assert.True(GatewayUnderTest.Json(body).GetProperty("done").GetBoolean());
    }
}
