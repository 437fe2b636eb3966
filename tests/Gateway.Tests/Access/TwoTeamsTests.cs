using System.Net;
using System.Text.Json;
using Dragoman.Gateway.Tests.WebSockets;

namespace Dragoman.Gateway.Tests.Access;

/// <summary>Two teams use one process. Neither sees, gets or uses up anything of the other.</summary>
public sealed class TwoTeamsTests
{
    private const string State = "c2VudGluZWwtc3RhdGU=";
    private const string Schema = """{"type":"object","properties":{"a":{"type":"integer"}}}""";
    private const string Chat = """{"model":"m","messages":[{"role":"user","content":"q"}]}""";

    public static TheoryData<string, string> Loops
    {
        get
        {
            var loops = new TheoryData<string, string>();
            foreach (var client in new[] { "chat", "ollama", "messages", "responses" })
            {
                foreach (var provider in new[] { "anthropic", "gemini", "openai" })
                {
                    // Their own JSON is passed through, so that the client carries the state.
                    if ((client, provider) is not (("messages", "anthropic") or ("responses", "openai")))
                        loops.Add(client, provider);
                }
            }

            return loops;
        }
    }

    /// <summary>The same words, names, arguments and ids of calls: only the team is another.</summary>
    [Theory]
    [MemberData(nameof(Loops))]
    public async Task What_is_remembered_of_a_tool_loop_is_its_teams(string client, string provider)
    {
        await using var teams = await StartAsync(provider);
        await LoopAsync(teams, TwoTeams.Red, client, step: false);

        Assert.DoesNotContain(State, await LoopAsync(teams, TwoTeams.Blue, client, step: true), StringComparison.Ordinal);
        Assert.Contains(State, await LoopAsync(teams, TwoTeams.Red, client, step: true), StringComparison.Ordinal);
    }

    /// <summary>What a client carries itself is sealed for its team, so that it is worth nothing to another one.</summary>
    [Theory]
    [InlineData("messages", "openai")]
    [InlineData("responses", "anthropic")]
    public async Task Reasoning_that_a_client_carries_is_sealed_for_its_team(string client, string provider)
    {
        await using var teams = await StartAsync(provider);
        var (path, member) = client == "messages" ? ("/v1/messages", "content") : ("/v1/responses", "output");
        var answer = JsonElement.Parse(await teams.AskAsync(TwoTeams.Red, "POST", path, Body("""{"role":"user","content":"q"}"""))).GetProperty(member);
        Assert.DoesNotContain(State, answer.GetRawText(), StringComparison.Ordinal);
        var call = answer.EnumerateArray().Last();
        // Another beginning is another conversation, of which nothing is remembered: only what is carried can help.
        var next = Body("""{"role":"user","content":"another"},""" + (client == "messages"
            ? $$"""{"role":"assistant","content":{{answer}}},{"role":"user","content":[{"type":"tool_result","tool_use_id":"{{call.GetProperty("id")}}","content":"r"}]}"""
            : $$"""{{answer.GetRawText()[1..^1]}},{"type":"function_call_output","call_id":"{{call.GetProperty("call_id")}}","output":"r"}"""));

        await teams.AskAsync(TwoTeams.Red, "POST", path, next);
        Assert.Contains(State, teams.Gateway.First.Bodies[^1], StringComparison.Ordinal);
        var received = teams.Gateway.First.Bodies.Count;
        await teams.SendAsync(TwoTeams.Blue, "POST", path, next);
        Assert.All(teams.Gateway.First.Bodies.Skip(received), body => Assert.DoesNotContain(State, body, StringComparison.Ordinal));

        string Body(string turns) => client == "messages"
            ? $$"""{"model":"m","max_tokens":4096,"thinking":{"type":"enabled","budget_tokens":1024},"messages":[{{turns}}],"tools":[{"name":"f","input_schema":{{Schema}} }]}"""
            : $$"""{"model":"m","store":false,"include":["reasoning.encrypted_content"],"reasoning":{"effort":"low"},"input":[{{turns}}],"tools":[{"type":"function","name":"f","parameters":{{Schema}} }]}""";
    }

    [Fact]
    public async Task Running_models_are_those_of_the_team()
    {
        await using var teams = await AnsweringAsync();
        await teams.AskAsync(TwoTeams.Red, "POST", "/api/chat", Chat);

        Assert.Equal("[]", Running(await teams.AskAsync(TwoTeams.Blue, "GET", "/api/ps")));
        Assert.Contains("\"m:latest\"", Running(await teams.AskAsync(TwoTeams.Red, "GET", "/api/ps")), StringComparison.Ordinal);
        // Nor can the other one unload it.
        await teams.AskAsync(TwoTeams.Blue, "POST", "/api/generate", """{"model":"m","keep_alive":0}""");
        Assert.Contains("\"m:latest\"", Running(await teams.AskAsync(TwoTeams.Red, "GET", "/api/ps")), StringComparison.Ordinal);

        static string Running(string body) => JsonElement.Parse(body).GetProperty("models").GetRawText();
    }

    [Fact]
    public async Task A_response_is_continued_by_its_team_alone()
    {
        await using var teams = await AnsweringAsync();
        using var red = await ConnectAsync(teams, TwoTeams.Red);
        using var blue = await ConnectAsync(teams, TwoTeams.Blue);
        var id = (await AnswerAsync(red, "")).GetProperty("response").GetProperty("id").GetString();
        var asked = teams.Gateway.First.Bodies.Count;

        Assert.Equal("error", (await AnswerAsync(blue, $",\"previous_response_id\":\"{id}\"")).GetProperty("type").GetString());
        Assert.Equal(HttpStatusCode.NotFound, (await teams.SendAsync(TwoTeams.Blue, "GET", $"/v1/responses/{id}")).Status);
        Assert.Equal(asked, teams.Gateway.First.Bodies.Count);
        Assert.Equal("response.completed", (await AnswerAsync(red, $",\"previous_response_id\":\"{id}\"")).GetProperty("type").GetString());

        static Task<MessageClient> ConnectAsync(TwoTeams teams, string team) =>
            MessageClient.ConnectAsync(teams.Gateway, "/v1/responses", teams.KeyOf(team));

        static async Task<JsonElement> AnswerAsync(MessageClient client, string more)
        {
            await client.SendAsync($$"""{"type":"response.create","model":"m","input":"q"{{more}}}""");
            return (await client.ReceiveUntilAsync(message => message.GetProperty("type").GetString() is "response.completed" or "response.failed" or "error"))[^1];
        }
    }

    [Theory]
    [InlineData("GET", "/api/tags", null)]
    [InlineData("GET", "/v1/models", null)]
    public async Task A_list_has_the_models_of_the_team(string method, string path, string? body)
    {
        await using var teams = await TwoTeams.StartAsync(blue: "\"allow\":{\"models\":[\"sec*\"]}");
        var (red, blue) = (await teams.AskAsync(TwoTeams.Red, method, path, body), await teams.AskAsync(TwoTeams.Blue, method, path, body));
        Assert.Contains("chat-only", red, StringComparison.Ordinal);
        Assert.Contains("second", blue, StringComparison.Ordinal);
        Assert.DoesNotContain("chat-only", blue, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("POST", "/api/show", """{"model":"m"}""")]
    [InlineData("POST", "/api/chat", Chat)]
    [InlineData("POST", "/api/generate", """{"model":"m:latest","prompt":"q"}""")]
    [InlineData("POST", "/v1/chat/completions", Chat)]
    [InlineData("POST", "/v1/completions", """{"model":"m","prompt":"q"}""")]
    [InlineData("POST", "/v1/responses", """{"model":"m","input":"q"}""")]
    [InlineData("POST", "/v1/responses/input_tokens", """{"model":"m","input":"q"}""")]
    [InlineData("POST", "/v1/messages", """{"model":"m","max_tokens":9,"messages":[{"role":"user","content":"q"}]}""")]
    [InlineData("POST", "/v1/messages/count_tokens", """{"model":"m","messages":[{"role":"user","content":"q"}]}""")]
    [InlineData("GET", "/v1/models/m", null)]
    [InlineData("POST", "/api/embed", """{"model":"vectors","input":"q"}""")]
    [InlineData("POST", "/api/embeddings", """{"model":"vectors","prompt":"q"}""")]
    [InlineData("POST", "/v1/embeddings", """{"model":"vectors","input":"q"}""")]
    [InlineData("POST", "/api/pull", """{"model":"m"}""")]
    public async Task A_model_that_a_team_may_not_use_is_refused_everywhere(string method, string path, string? body)
    {
        await using var teams = await TwoTeams.StartAsync(blue: "\"allow\":{\"models\":[\"sec*\"]}");

        var (status, text, _) = await teams.SendAsync(TwoTeams.Blue, method, path, body);

        Assert.Equal(HttpStatusCode.Forbidden, status);
        Assert.Contains("team \\u0022blue\\u0022 may not use the model", text.Replace("\\\"", "\\u0022", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.DoesNotContain(TwoTeams.Red, text, StringComparison.Ordinal);
        Assert.Empty(teams.Gateway.First.Bodies);
    }

    [Fact]
    public async Task A_limit_that_one_has_used_up_is_whole_for_the_other()
    {
        await using var teams = await AnsweringAsync("\"limits\":{\"requestsPerMinute\":2}", "\"limits\":{\"requestsPerMinute\":5}");
        for (var number = 0; number < 2; number++)
            await teams.AskAsync(TwoTeams.Red, "POST", "/v1/chat/completions", Chat);

        var (status, text, refused) = await teams.SendAsync(TwoTeams.Red, "POST", "/v1/chat/completions", Chat);
        Assert.Equal(HttpStatusCode.TooManyRequests, status);
        Assert.Contains(TwoTeams.Red, text, StringComparison.Ordinal);
        Assert.DoesNotContain(TwoTeams.Blue, text, StringComparison.Ordinal);
        Assert.Equal("0", refused.Headers.GetValues("x-ratelimit-remaining-requests").Single());
        var (good, _, answer) = await teams.SendAsync(TwoTeams.Blue, "POST", "/v1/chat/completions", Chat);
        Assert.Equal(HttpStatusCode.OK, good);
        Assert.Equal(["5", "4"], [answer.Headers.GetValues("x-ratelimit-limit-requests").Single(), answer.Headers.GetValues("x-ratelimit-remaining-requests").Single()]);
    }

    /// <summary>An id is a client's own word: that another team has used the same one changes nothing.</summary>
    [Fact]
    public async Task The_log_says_whose_a_request_was_also_if_both_choose_the_same_id()
    {
        await using var teams = await AnsweringAsync();
        var log = teams.Gateway.CaptureLog("Dragoman.Settlement");
        teams.Gateway.Client.DefaultRequestHeaders.Add("X-Request-Id", "the-same");
        foreach (var team in new[] { TwoTeams.Red, TwoTeams.Blue })
        {
            await teams.AskAsync(team, "POST", "/api/chat", Chat);
            Assert.Contains($" the-same ollama.chat m -> one/upstream-m team={team} key={teams.KeyIdOf(team)} ", await log.NextAsync(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_lead_watches_the_requests_of_the_own_team()
    {
        await using var teams = await AnsweringAsync();
        using var red = await teams.OpenAsync(TwoTeams.Red, "/dragoman/requests");
        using var blue = await teams.OpenAsync(TwoTeams.Blue, "/dragoman/requests");
        Assert.Equal(("{}", "{}"), (await red.ReadLineAsync(), await blue.ReadLineAsync()));
        foreach (var team in new[] { TwoTeams.Blue, TwoTeams.Red, TwoTeams.Blue })
            await teams.AskAsync(team, "POST", "/api/chat", Chat);

        // What is not the own team's would have come first.
        Assert.Equal((TwoTeams.Red, teams.KeyIdOf(TwoTeams.Red)), await SeenAsync(red));
        for (var number = 0; number < 2; number++)
            Assert.Equal((TwoTeams.Blue, teams.KeyIdOf(TwoTeams.Blue)), await SeenAsync(blue));

        static async Task<(string? Team, string? Key)> SeenAsync(StreamReader lines)
        {
            var seen = JsonElement.Parse((await lines.ReadLineAsync().WaitAsync(TimeSpan.FromMinutes(1)))!);
            return (seen.GetProperty("team").GetString(), seen.GetProperty("key").GetString());
        }
    }

    [Fact]
    public async Task A_lead_administrates_nothing_of_the_other_team()
    {
        await using var teams = await TwoTeams.StartAsync();
        foreach (var path in new[] { "keys", "users", "teams" })
        {
            var text = await teams.AskAsync(TwoTeams.Blue, "GET", "/dragoman/" + path);
            Assert.Contains(TwoTeams.Blue, text, StringComparison.Ordinal);
            Assert.DoesNotContain(TwoTeams.Red, text, StringComparison.Ordinal);
            Assert.DoesNotContain(teams.KeyIdOf(TwoTeams.Red), text, StringComparison.Ordinal);
        }

        foreach (var (method, path, body) in new (string, string, string?)[]
        {
            ("GET", "keys/" + teams.KeyIdOf(TwoTeams.Red), null),
            ("DELETE", "keys/" + teams.KeyIdOf(TwoTeams.Red), null),
            ("PATCH", "keys/" + teams.KeyIdOf(TwoTeams.Red), "{}"),
            ("POST", "keys/" + teams.KeyIdOf(TwoTeams.Red) + "/rotate", "{}"),
            ("GET", "keys?team=red", null),
            ("POST", "keys", """{"team":"red"}"""),
            ("GET", "teams/red", null),
            ("GET", "users/red/lead", null),
            ("GET", "audit?team=red", null),
            ("GET", "limits?team=red", null),
        })
        {
            var (status, text, _) = await teams.SendAsync(TwoTeams.Blue, method, "/dragoman/" + path, body);
            Assert.True(status is HttpStatusCode.NotFound or HttpStatusCode.Forbidden, $"{method} {path}: {(int)status} {text}");
        }
    }

    private static async Task<TwoTeams> AnsweringAsync(string red = "", string blue = "")
    {
        var teams = await TwoTeams.StartAsync(red: red, blue: blue);
        teams.Gateway.First.Answer = http => ScriptedUpstream.BodyOf(http).Contains("\"stream\":true", StringComparison.Ordinal)
            ? ScriptedUpstream.WriteEventsAsync(http, ScriptedUpstream.Delta("Hello"), ScriptedUpstream.Finish, "[DONE]")
            : ScriptedUpstream.WriteAsync(http, 200, "application/json", """{"id":"c","object":"chat.completion","created":1,"model":"x","choices":[{"index":0,"finish_reason":"stop","message":{"role":"assistant","content":"Hello"}}],"usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}}""");
        return teams;
    }

    private static async Task<TwoTeams> StartAsync(string provider)
    {
        var teams = provider == "openai"
            ? await TwoTeams.StartAsync("openai", "gpt-5.4", """{"server":"openai"}""")
            : await TwoTeams.StartAsync(provider, provider == "gemini" ? "gemini-3-pro-preview" : "claude-sonnet-4-5");
        var answer = provider switch
        {
            "anthropic" => $$$$"""
                {"id":"msg_1","type":"message","role":"assistant","model":"x","stop_reason":"tool_use","usage":{"input_tokens":1,"output_tokens":1},
                 "content":[{"type":"thinking","thinking":"Hm","signature":"{{{{State}}}}"},{"type":"tool_use","id":"call_0","name":"f","input":{"a":1}}]}
                """,
            "gemini" => $$$$"""
                {"candidates":[{"finishReason":"STOP","content":{"role":"model","parts":[{"text":"Hm","thought":true},{"functionCall":{"id":"call_0","name":"f","args":{"a":1}},"thoughtSignature":"{{{{State}}}}"}]}}]}
                """,
            _ => $$$$"""
                {"id":"resp_1","object":"response","created_at":1,"status":"completed","model":"x","usage":{"input_tokens":1,"output_tokens":1,"total_tokens":2},
                 "output":[{"type":"reasoning","id":"rs_1","summary":[],"encrypted_content":"{{{{State}}}}"},
                           {"type":"function_call","id":"fc_1","call_id":"call_0","name":"f","arguments":"{\"a\":1}","status":"completed"}]}
                """,
        };
        teams.Gateway.First.Answer = http => ScriptedUpstream.WriteAsync(http, 200, "application/json", answer);
        return teams;
    }

    /// <summary>Asks, or continues with the call and its result, and returns what the provider received.</summary>
    private static async Task<string> LoopAsync(TwoTeams teams, string team, string client, bool step)
    {
        var (path, body, loop) = client switch
        {
            "chat" => (
                "/v1/chat/completions",
                $$"""{"model":"m","reasoning_effort":"low","messages":[{"role":"user","content":"q"}LOOP],"tools":[{"type":"function","function":{"name":"f","parameters":{{Schema}} } }]}""",
                """,{"role":"assistant","content":"","tool_calls":[{"id":"call_0","type":"function","function":{"name":"f","arguments":"{\"a\":1}"}}]},{"role":"tool","tool_call_id":"call_0","content":"r"}"""),
            "ollama" => (
                "/api/chat",
                $$"""{"model":"m","think":true,"stream":false,"messages":[{"role":"user","content":"q"}LOOP],"tools":[{"type":"function","function":{"name":"f","parameters":{{Schema}} } }]}""",
                """,{"role":"assistant","content":"","tool_calls":[{"id":"call_0","function":{"name":"f","arguments":{"a":1}}}]},{"role":"tool","tool_name":"f","content":"r"}"""),
            "messages" => (
                "/v1/messages",
                $$"""{"model":"m","max_tokens":4096,"thinking":{"type":"enabled","budget_tokens":1024},"messages":[{"role":"user","content":"q"}LOOP],"tools":[{"name":"f","input_schema":{{Schema}} }]}""",
                """,{"role":"assistant","content":[{"type":"tool_use","id":"call_0","name":"f","input":{"a":1}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"call_0","content":"r"}]}"""),
            _ => (
                "/v1/responses",
                $$"""{"model":"m","store":false,"reasoning":{"effort":"low"},"input":[{"role":"user","content":"q"}LOOP],"tools":[{"type":"function","name":"f","parameters":{{Schema}} }]}""",
                """,{"type":"function_call","call_id":"call_0","name":"f","arguments":"{\"a\":1}"},{"type":"function_call_output","call_id":"call_0","output":"r"}"""),
        };
        await teams.AskAsync(team, "POST", path, body.Replace("LOOP", step ? loop : "", StringComparison.Ordinal));
        return teams.Gateway.First.Bodies[^1];
    }
}
