using System.Text;
using Dragoman.Gateway.Tests.Conversation;

namespace Dragoman.Gateway.Tests.Matrix;

/// <summary>When a provider answers 200 with a broken body, the client gets an error in its own dialect and no mark of success.</summary>
public sealed class BrokenProviderTests
{
    private const string Html = "<!DOCTYPE html><html><body><h1>502 Bad Gateway</h1></body></html>";
    private const string EventStream = "text/event-stream";
    private const string Json = "application/json";
    private const int Mebibyte = 1024 * 1024;
    private const long MostWritten = 2048L * Mebibyte;

    /// <summary>The bytes that the reader may read beyond an event.</summary>
    private const int ReadAhead = 64 * 1024;

    private static readonly (string Type, string Body)[] Nonsense =
    [
        ("text/html", Html), (EventStream, Html), (Json, Html), ("text/plain", "upstream connect error"), ("", "x"),
        (Json, ""), (EventStream, ""), (EventStream, "\n\n\n"), (EventStream, ": keep-alive\n\n"), (EventStream, "event: x\n\n"), (EventStream, "data:\n\n"),
        (Json, "{"), (Json, "{}"), (Json, "[]"), (Json, "null"), (Json, "7"), (Json, "\"text\""), (Json, "\u0000"), (Json, "{\"a\":"), (Json, "[{}]"), (Json, "[[[[]]]]"),
        (EventStream, "data: {\n\n"), (EventStream, "data: {}\n\n"), (EventStream, "data: []\n\n"), (EventStream, "data: null\n\n"), (EventStream, "data: 7\n\n"),
        (EventStream, "data: \"text\"\n\n"), (EventStream, "data: [DONE]\n\n"), (EventStream, "data: [DONE"), (EventStream, "event: message_stop\ndata: [DONE]\n\n"), (EventStream, "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n"),
        (Json, "{\"choices\":null}"), (Json, "{\"choices\":[]}"), (Json, "{\"choices\":{}}"), (Json, "{\"choices\":[null]}"), (Json, "{\"choices\":[7]}"),
        (Json, "{\"content\":null}"), (Json, "{\"content\":{}}"), (Json, "{\"type\":7,\"content\":7}"), (Json, "{\"candidates\":null}"), (Json, "{\"candidates\":[{}]}"), (Json, "{\"candidates\":[{\"content\":7}]}"),
        (Json, "{\"status\":\"completed\"}x"), (Json, "{\"status\":7,\"output\":7}"), (Json, "{\"status\":\"in_progress\",\"output\":[]}"),
        (EventStream, "data: {\"choices\":[{\"index\":99999999,\"delta\":{\"content\":\"x\"},\"finish_reason\":\"stop\"}]}\n\n"),
        (EventStream, "data: {\"choices\":[{\"index\":-1,\"delta\":{\"content\":\"x\"},\"finish_reason\":\"stop\"}]}\n\n"),
        (EventStream, "data: {\"type\":\"content_block_start\"}\n\ndata: {\"type\":\"content_block_delta\"}\n\n"),
        (EventStream, "data: {\"type\":\"content_block_start\",\"index\":-7,\"content_block\":{\"type\":\"tool_use\"}}\n\n"),
        (EventStream, "data: {\"type\":\"message_start\",\"message\":7}\n\ndata: {\"type\":\"message_delta\",\"delta\":7,\"usage\":7}\n\n"),
        (EventStream, "data: {\"type\":\"response.output_item.added\",\"output_index\":-1,\"item\":{\"type\":\"function_call\"}}\n\n"),
        (EventStream, "data: {\"type\":\"response.output_item.done\",\"item\":7}\n\ndata: {\"type\":\"response.completed\",\"response\":7}\n\n"),
        (EventStream, "data: {\"type\":\"response.output_item.done\",\"item\":{\"type\":\"message\",\"content\":[{\"type\":\"output_text\",\"text\":7}]}}\n\n"),
        (EventStream, "data: {\"candidates\":[{\"index\":-1,\"content\":{\"parts\":[{\"functionCall\":7}]}}]}\n\n"),
        (EventStream, "data: {\"\\ud83d\":1,\"error\":{\"\\udc4b\":\"\\ud83d\"}}\n\n"), (Json, "{\"\\ud83d\":1,\"error\":{\"\\udc4b\":\"\\ud83d\",\"message\":\"\\ud83d\"}}"),
        (Json, "{\"error\":{\"message\":\"no\",\"type\":\"server_error\",\"param\":null,\"code\":null}}"), (Json, "{\"error\":\"no\"}"), (Json, "{\"error\":{}}"), (Json, "{\"error\":7}"),
        (Json, "{\"error\":{\"message\":{\"detail\":\"no\"},\"code\":503}}"), (Json, "{\"object\":\"error\",\"message\":\"no\",\"type\":\"x\",\"code\":\"1300\"}"),
        (Json, "{\"detail\":\"no\"}"), (Json, "{\"detail\":[{\"loc\":[\"body\",\"x\"],\"msg\":\"no\"}]}"), (Json, "{\"message\":\"no\",\"request_id\":\"r\"}"),
        (Json, "{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"no\"}}"), (Json, "{\"error\":{\"code\":503,\"status\":\"UNAVAILABLE\",\"message\":\"no\"}}"),
        (Json, "[{\"error\":{\"code\":429,\"status\":\"RESOURCE_EXHAUSTED\",\"message\":\"no\"}}]"), (Json, "{\"status\":\"failed\",\"error\":{\"code\":\"server_error\",\"message\":\"no\"}}"),
        (EventStream, "data: {\"error\":{\"message\":\"no\",\"type\":\"server_error\",\"code\":500}}\n\n"), (EventStream, "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"no\"}}\n\n"),
        (EventStream, "event: error\ndata: no\n\n"), (EventStream, "data: {\"error\":\"no\"}\n\n"), (EventStream, "data: [{\"error\":{\"code\":500,\"message\":\"no\"}}]\n\n"),
        (EventStream, "data: {\"type\":\"error\",\"code\":\"server_error\",\"message\":\"no\"}\n\n"), (EventStream, "data: {\"type\":\"response.failed\",\"response\":{\"status\":\"failed\",\"error\":{\"message\":\"no\"}}}\n\n"),
        (Json, "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"x\"},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n"),
        (EventStream, "{\"choices\":[{\"index\":0,\"message\":{\"content\":\"x\"},\"finish_reason\":\"stop\"}]}"),
    ];

    public static TheoryData<string> Providers => ["openai", "mistral", "anthropic", "gemini"];

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task Whatever_a_provider_says_with_a_good_status_is_an_error_in_the_clients_dialect(string provider)
    {
        await using var gateway = await GatewayUnderTest.StartAsync(provider);
        var failures = new List<string>();
        foreach (var (type, body) in Nonsense)
        {
            gateway.First.Answer = http => ScriptedUpstream.WriteAsync(http, 200, type, body);
            foreach (var client in ClientDialect.All)
            {
                foreach (var stream in (bool[])[true, false])
                {
                    var (status, answer, _) = await gateway.PostAsync(client.Path, Request(client, stream));
                    if (WhyBad(client, (int)status, answer) is { } why && !SaysSomethingGood(provider, body))
                        failures.Add($"{client} {(stream ? "streamed" : "whole")} of {type} {body[..Math.Min(body.Length, 150)]}: {why}");
                }
            }
        }

        Assert.True(failures.Count == 0, $"{failures.Count}:\n{string.Join('\n', failures.Take(60))}");
    }

    /// <summary>An endless answer is canceled: the provider's connection is closed soon after the bound, and the client gets an error.</summary>
    [Theory]
    [InlineData("mistral", EventStream, 16)]
    [InlineData("anthropic", EventStream, 16)]
    [InlineData("gemini", EventStream, 16)]
    [InlineData("openai", EventStream, 16)]
    [InlineData("mistral", Json, 64)]
    [InlineData("anthropic", Json, 64)]
    public async Task What_does_not_end_is_cut_off_at_its_bound(string provider, string type, int bound)
    {
        await using var gateway = await GatewayUnderTest.StartAsync(provider);
        foreach (var client in (ClientDialect[])[ClientDialect.Chat, ClientDialect.Messages, ClientDialect.OllamaChat, ClientDialect.Responses])
        {
            long written = 0;
            gateway.First.Answer = async http =>
            {
                written = 0;
                http.Response.ContentType = type;
                var piece = new byte[Mebibyte];
                piece.AsSpan().Fill((byte)'x');
                Encoding.UTF8.GetBytes(type == Json ? "{\"a\":\"" : "data: {\"a\":\"").CopyTo(piece, 0);
                try
                {
                    for (; written < MostWritten; written += Mebibyte)
                    {
                        await http.Response.Body.WriteAsync(piece, http.RequestAborted);
                        piece.AsSpan().Fill((byte)'x');
                        // Kestrel drops what is written to a closed connection, and reports the end of the connection a little later.
                        if (written > 2L * bound * Mebibyte)
                            await Task.Delay(1, http.RequestAborted);
                    }
                }
                catch (OperationCanceledException)
                {
                    // The gateway has closed the connection, as it should.
                }
            };
            var (status, answer, _) = await gateway.PostAsync(client.Path, Request(client, stream: type == EventStream));
            Assert.Null(WhyBad(client, (int)status, answer));
            // The bytes in the sockets' buffers and in transit add to the bound.
            Assert.InRange(written, (bound - 1) * (long)Mebibyte, MostWritten / 2);
        }
    }

    /// <summary>An event just below the bound is accepted, and one just above it is rejected.</summary>
    [Theory]
    [InlineData(-ReadAhead, true)]
    [InlineData(ReadAhead, false)]
    public async Task One_event_may_be_as_large_as_its_bound(int over, bool isGood)
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        const string Head = "data: {\"choices\":[{\"index\":0,\"finish_reason\":\"stop\",\"delta\":{\"content\":\"";
        const string Tail = "\"}}]}\n";
        var text = new string('x', (16 * Mebibyte) - Head.Length - Tail.Length + 1 + over);
        gateway.First.Answer = http => ScriptedUpstream.WriteAsync(http, 200, EventStream, $"{Head}{text}{Tail}\ndata: [DONE]\n\n");
        var (status, answer, _) = await gateway.PostAsync("/v1/chat/completions", Request(ClientDialect.Chat, stream: true));
        if (isGood)
            Assert.EndsWith("data: [DONE]\n\n", answer, StringComparison.Ordinal);
        else
            Assert.Null(WhyBad(ClientDialect.Chat, (int)status, answer));
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task A_good_answer_is_one_in_whichever_form_it_comes(string provider)
    {
        await using var gateway = await GatewayUnderTest.StartAsync(provider);
        var group = provider == "openai" ? "openai-chat" : provider;
        foreach (var name in (string[])[$"{group}/nonstream-text", provider == "openai" ? "openai-chat/stream-text-usage" : $"{group}/stream-text"])
        {
            var fixture = WireFixture.Named(name);
            gateway.First.Answer = http => ScriptedUpstream.WriteAsync(http, 200, fixture.IsWholeBody ? Json : EventStream, Encoding.UTF8.GetString(fixture.Body));
            foreach (var client in (ClientDialect[])[ClientDialect.Chat, ClientDialect.Messages, ClientDialect.OllamaChat])
            {
                var (_, streamed, _) = await gateway.PostAsync(client.Path, Request(client, stream: true));
                Assert.True(client.HasSuccessMarker(Encoding.UTF8.GetBytes(streamed)), $"{client} of {name}: {streamed}");
                var (status, _, _) = await gateway.PostAsync(client.Path, Request(client, stream: false));
                Assert.Equal(200, (int)status);
            }
        }
    }

    private static string Request(ClientDialect client, bool stream)
    {
        var flag = stream ? "true" : "false";
        return client.Name switch
        {
            "completions" => $$"""{"model":"m","stream":{{flag}},"prompt":"a","suffix":"b"}""",
            "responses" => $$"""{"model":"m","stream":{{flag}},"input":"hi"}""",
            "ollama generate" => $$"""{"model":"m","stream":{{flag}},"prompt":"hi"}""",
            _ => $$"""{"model":"m","stream":{{flag}},"max_tokens":100,"messages":[{"role":"user","content":"hi"}]}""",
        };
    }

    /// <summary>A body that is broken for other providers may be a valid answer of this one.</summary>
    private static bool SaysSomethingGood(string provider, string body) =>
        (provider is "openai" or "mistral" && (body is "{\"choices\":[{}]}" or "{\"status\":\"completed\"}"))
        || (provider == "anthropic" && (body is "{\"content\":null}" or "{\"content\":{}}" or "{\"type\":7,\"content\":7}"));

    private static string? WhyBad(ClientDialect client, int status, string answer)
    {
        var bytes = Encoding.UTF8.GetBytes(answer);
        if (client.HasSuccessMarker(bytes))
            return $"a mark of success in {answer}";
        try
        {
            if (status == 200)
                client.AssertLegal(bytes);
            else if (client.MessageOf(bytes).Length == 0)
                return "no message";
        }
        catch (Exception error)
        {
            return $"status {status}, not an error of the dialect: {answer}, {error.Message}";
        }

        return status == 500 ? $"a failure of ours: {answer}" : null;
    }
}
