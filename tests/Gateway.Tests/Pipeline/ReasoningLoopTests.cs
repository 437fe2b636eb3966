using System.Net;
using Dragoman.Pipeline;

namespace Dragoman.Gateway.Tests.Pipeline;

/// <summary>
/// Tool loops through the whole gateway, for every kind of client with every kind of provider that needs its state back, when
/// the client does not send the state. All calls have the id <c>call_0</c>.
/// </summary>
public sealed class ReasoningLoopTests
{
    private const string State = "c2VudGluZWwtc3RhdGU=";

    public static TheoryData<string, string, bool> Loops
    {
        get
        {
            var loops = new TheoryData<string, string, bool>();
            foreach (var client in new[] { "chat", "ollama", "messages", "responses" })
            {
                foreach (var provider in new[] { "anthropic", "gemini", "openai" })
                {
                    // The client's own JSON is passed through to a provider of its family, so the client carries the state itself.
                    if ((client, provider) is ("messages", "anthropic") or ("responses", "openai"))
                        continue;
                    loops.Add(client, provider, false);
                    loops.Add(client, provider, true);
                }
            }

            return loops;
        }
    }

    [Theory]
    [MemberData(nameof(Loops))]
    public async Task A_loop_gets_its_state_back_and_no_other_conversation_does(string client, string provider, bool keepsIds)
    {
        await using var gateway = await StartAsync(provider);
        await AskAsync(gateway, client, "A");

        Assert.Contains(State, await AskAsync(gateway, client, "A", Step(client, keepsIds)), StringComparison.Ordinal);
        Assert.DoesNotContain(State, await AskAsync(gateway, client, "B", Step(client, keepsIds)), StringComparison.Ordinal);
        Assert.DoesNotContain(State, await AskAsync(gateway, client, "A", Step(client, keepsIds, argument: 2)), StringComparison.Ordinal);
        // Turns before the question are part of the conversation, so this is another one.
        Assert.DoesNotContain(State, await AskAsync(gateway, client, "A", Step(client, keepsIds), earlier: true), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Loops))]
    public async Task The_second_step_of_a_loop_gets_back_the_state_of_both(string client, string provider, bool keepsIds)
    {
        await using var gateway = await StartAsync(provider);
        await AskAsync(gateway, client, "A");
        await AskAsync(gateway, client, "A", Step(client, keepsIds));

        var sent = await AskAsync(gateway, client, "A", $"{Step(client, keepsIds)},{Step(client, keepsIds, id: "call_1")}");

        Assert.Equal(2, sent.Split(State).Length - 1);
    }

    [Theory]
    [InlineData("chat", "gemini", true)]
    [InlineData("ollama", "anthropic", true)]
    [InlineData("messages", "gemini", true)]
    [InlineData("responses", "anthropic", true)]
    [InlineData("chat", "openai", true)]
    [InlineData("messages", "anthropic", false)]
    [InlineData("responses", "openai", false)]
    [InlineData("ollama", "mistral", false)]
    public async Task A_request_with_tools_stays_where_the_memory_is(string client, string provider, bool stays)
    {
        await using var gateway = await StartAsync(provider);
        gateway.Client.DefaultRequestHeaders.Add(HandOver.FunctionsHeader, "available");
        var (path, body) = Request(client, """{"role":"user","content":"q"}""");
        var (_, _, response) = await gateway.PostAsync(path, body);
        Assert.Equal(!stays, response.Headers.Contains("X-Accel-Redirect"));
        Assert.Equal(stays ? 1 : 0, gateway.First.Bodies.Count);
        // Without tools there is no loop.
        (_, _, response) = await gateway.PostAsync(path, body.Replace("\"tools\"", "\"other\"", StringComparison.Ordinal));
        Assert.True(response.Headers.Contains("X-Accel-Redirect"));
    }

    /// <summary>Sends a request and returns what the provider received.</summary>
    private static async Task<string> AskAsync(GatewayUnderTest gateway, string client, string question, string? steps = null, bool earlier = false)
    {
        var messages = $$$$"""{{{{(earlier ? """{"role":"user","content":"before"},{"role":"assistant","content":"yes"},""" : "")}}}}{"role":"user","content":"{{{{question}}}}"}{{{{(steps is null ? "" : "," + steps)}}}}""";
        var (path, body) = Request(client, messages);
        var (status, answer, _) = await gateway.PostAsync(path, body);
        Assert.True(status == HttpStatusCode.OK, answer);
        return gateway.First.Bodies[^1];
    }

    private static (string Path, string Body) Request(string client, string messages)
    {
        const string schema = """{"type":"object","properties":{"a":{"type":"integer"}}}""";
        return client switch
        {
            "chat" => ("/v1/chat/completions", $$$$"""{"model":"m","reasoning_effort":"low","messages":[{{{{messages}}}}],"tools":[{"type":"function","function":{"name":"f","parameters":{{{{schema}}}}}}]}"""),
            "ollama" => ("/api/chat", $$$$"""{"model":"m","think":true,"stream":false,"messages":[{{{{messages}}}}],"tools":[{"type":"function","function":{"name":"f","parameters":{{{{schema}}}}}}]}"""),
            "messages" => ("/v1/messages", $$$$"""{"model":"m","max_tokens":4096,"thinking":{"type":"enabled","budget_tokens":1024},"messages":[{{{{messages}}}}],"tools":[{"name":"f","input_schema":{{{{schema}}}}}]}"""),
            _ => ("/v1/responses", $$$$"""{"model":"m","store":false,"reasoning":{"effort":"low"},"input":[{{{{messages}}}}],"tools":[{"type":"function","name":"f","parameters":{{{{schema}}}}}]}"""),
        };
    }

    /// <summary>One call and its result, as clients send them back. Each client writes the arguments in its own way.</summary>
    private static string Step(string client, bool keepsIds, int argument = 1, string id = "call_0")
    {
        // Some clients make up ids. Ollama's clients have none.
        var sent = keepsIds ? id : "own-" + id;
        return client switch
        {
            "chat" => $$$$"""
                {"role":"assistant","content":"","tool_calls":[{"id":"{{{{sent}}}}","type":"function","function":{"name":"f","arguments":"{ \"a\" : {{{{argument}}}} }"}}]},
                {"role":"tool","tool_call_id":"{{{{sent}}}}","content":"r"}
                """,
            "ollama" => $$$$"""
                {"role":"assistant","content":"","tool_calls":[{ {{{{(keepsIds ? $"\"id\":\"{id}\"," : "")}}}} "function":{"name":"f","arguments":{"a":{{{{argument}}}}}}}]},
                {"role":"tool","tool_name":"f","content":"r"}
                """,
            "messages" => $$$$"""
                {"role":"assistant","content":[{"type":"tool_use","id":"{{{{sent}}}}","name":"f","input":{"a":{{{{argument}}}}}}]},
                {"role":"user","content":[{"type":"tool_result","tool_use_id":"{{{{sent}}}}","content":"r"}]}
                """,
            _ => $$$$"""
                {"type":"function_call","call_id":"{{{{sent}}}}","name":"f","arguments":"{\"a\":{{{{argument}}}}}"},
                {"type":"function_call_output","call_id":"{{{{sent}}}}","output":"r"}
                """,
        };
    }

    private static async Task<GatewayUnderTest> StartAsync(string provider)
    {
        var gateway = provider == "openai"
            ? await GatewayUnderTest.StartAsync("openai", options: """{"server":"openai"}""", upstreamModel: "gpt-5.4")
            : await GatewayUnderTest.StartAsync(provider, upstreamModel: provider == "gemini" ? "gemini-3-pro-preview" : "claude-sonnet-4-5");
        var answer = provider switch
        {
            "anthropic" => $$$$"""
                {"id":"msg_1","type":"message","role":"assistant","model":"x","stop_reason":"tool_use","usage":{"input_tokens":1,"output_tokens":1},
                 "content":[{"type":"thinking","thinking":"Hm","signature":"{{{{State}}}}"},{"type":"tool_use","id":"call_0","name":"f","input":{"a":1}}]}
                """,
            "gemini" => $$$$"""
                {"candidates":[{"finishReason":"STOP","content":{"role":"model","parts":[{"functionCall":{"id":"call_0","name":"f","args":{"a":1}},"thoughtSignature":"{{{{State}}}}"}]}}]}
                """,
            _ => $$$$"""
                {"id":"resp_1","object":"response","created_at":1,"status":"completed","model":"x","usage":{"input_tokens":1,"output_tokens":1,"total_tokens":2},
                 "output":[{"type":"reasoning","id":"rs_1","summary":[],"encrypted_content":"{{{{State}}}}"},
                           {"type":"function_call","id":"fc_1","call_id":"call_0","name":"f","arguments":"{\"a\":1}","status":"completed"}]}
                """,
        };
        gateway.First.Answer = http => ScriptedUpstream.WriteAsync(http, 200, "application/json", answer);
        return gateway;
    }
}
