using System.Net;
using Dragoman.Conversation;
using Dragoman.Gateway.Tests.Conversation;
using Dragoman.Pipeline;

namespace Dragoman.Gateway.Tests.Pipeline;

public sealed class OldestTurnsTests
{
    private const string TooLong = """{"object":"error","message":"Prompt contains 9 tokens, too large for model with 8 maximum context length","code":"3051"}""";

    [Fact]
    public void Questions_go_with_their_answers_and_system_turns_stay()
    {
        // The letters are the turns' roles. The last question is never dropped.
        Assert.Equal("s0 u3 a4 u5", Shorten("s u a u a u", contextLength: 400));
        Assert.Equal("s0 u5", Shorten("s u a u a u", contextLength: 100));
        Assert.Equal("s0 s3 u5", Shorten("s u a s a u", contextLength: 0));
        Assert.Equal("u2 u3", Shorten("u a u u", contextLength: 0));
        Assert.Equal("u1", Shorten("a u", contextLength: 0));
    }

    [Fact]
    public void Of_the_work_on_the_last_question_the_oldest_steps_go_first()
    {
        Assert.Equal("u2 a5 t6 a7 t8", Shorten("u a u a t a t a t", contextLength: 500));
        Assert.Equal("u2 a7 t8", Shorten("u a u a t a t a t", contextLength: 0));
        Assert.Equal("u0 a1 t2 t3", Shorten("u a t t", contextLength: 0));
        Assert.Equal("s0 u1 a2", Shorten("s u a", contextLength: 0));
    }

    [Fact]
    public void Without_a_question_the_last_step_stays() => Assert.Equal("a1", Shorten("a a", contextLength: 0));

    [Fact]
    public void A_late_result_goes_with_its_call() => Assert.Equal("u2 a4", Shorten("u a u t a", contextLength: 0, shareCall: true));

    [Fact]
    public void A_conversation_that_seems_to_fit_loses_a_quarter_each_time()
    {
        var request = Conversation("u a u a u a u a u a u a u a u a u a u a u");
        var lengths = new List<int>();
        for (var refusals = 1; OldestTurns.Drop(request, 1_000_000, refusals) is { } shorter; refusals++)
        {
            request = shorter;
            lengths.Add(request.Turns.Count);
        }

        Assert.Equal([15, 11, 7, 5, 3, 1], lengths);
    }

    [Fact]
    public void Nothing_is_dropped_that_the_client_wants_kept() =>
        Assert.Null(OldestTurns.Drop(Conversation("u a u") with { DropsOldestTurns = false }, 0, 1));

    [Fact]
    public void Any_conversation_keeps_its_frame_and_its_pairs() => Generated.Check(ChatRequests.Any, 500, request =>
    {
        for (var refusals = 1; OldestTurns.Drop(request with { DropsOldestTurns = true }, 50, refusals) is { } shorter; refusals++)
        {
            Assert.True(shorter.Turns.Count < request.Turns.Count);
            Assert.Equal(Framing(request), Framing(shorter));
            Assert.Equal(request.Turns.LastOrDefault(turn => turn.Role == Role.User), shorter.Turns.LastOrDefault(turn => turn.Role == Role.User));
            var calls = shorter.Turns.SelectMany(turn => turn.ToolCalls).Select(call => call.Id).ToHashSet();
            Assert.All(shorter.Turns.SelectMany(turn => turn.Parts.OfType<ToolResultPart>()), result => Assert.Contains(result.CallId, calls));
            request = shorter;
        }

        static List<Turn> Framing(ChatRequest request) => [.. request.Turns.Where(turn => turn.Role is Role.System or Role.Developer)];
    });

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_conversation_that_is_too_long_is_sent_again_without_its_beginning(bool stream)
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        gateway.First.Answer = http => ScriptedUpstream.BodyOf(http).Contains("old", StringComparison.Ordinal)
            ? ScriptedUpstream.WriteAsync(http, 400, "application/json", TooLong)
            : ScriptedUpstream.WriteAsync(http, 200, "application/json", ScriptedUpstream.WholeAnswer);
        var (status, body, response) = await gateway.PostAsync("/api/chat", Chat($"\"stream\":{(stream ? "true" : "false")}"));

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Contains("\"content\":\"Hello\"", body, StringComparison.Ordinal);
        Assert.Equal("messages=dropped", response.Headers.GetValues(LossReport.Header).Single());
        Assert.Equal(2, gateway.First.Bodies.Count);
        var sent = GatewayUnderTest.Json(gateway.First.Bodies[1]).GetProperty("messages").EnumerateArray();
        Assert.Equal(["be brief", "the question"], sent.Select(message => message.GetProperty("content").GetString()));
    }

    [Fact]
    public async Task A_client_that_wants_nothing_dropped_gets_the_providers_refusal()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        gateway.First.Answer = http => ScriptedUpstream.WriteAsync(http, 400, "application/json", TooLong);
        var (status, body, _) = await gateway.PostAsync("/api/chat", Chat("\"truncate\":false"));
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains("maximum context length", body, StringComparison.Ordinal);
        Assert.Single(gateway.First.Bodies);
    }

    [Fact]
    public async Task An_OpenAI_client_keeps_its_conversation_whole()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        gateway.First.Answer = http => ScriptedUpstream.WriteAsync(http, 400, "application/json", TooLong);
        var (status, _, _) = await gateway.PostAsync("/v1/chat/completions", Chat("\"stream\":true"));
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Single(gateway.First.Bodies);
    }

    [Fact]
    public async Task A_provider_that_finds_every_conversation_too_long_is_not_asked_for_ever()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        gateway.First.Answer = http => ScriptedUpstream.WriteAsync(http, 400, "application/json", TooLong);
        var turns = string.Join(',', Enumerable.Range(0, 200).Select(index => $$"""{"role":"{{(index % 2 == 0 ? "user" : "assistant")}}","content":"{{index}}"}"""));
        var (status, _, _) = await gateway.PostAsync("/api/chat", $$"""{"model":"m","messages":[{{turns}}]}""");
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.InRange(gateway.First.Bodies.Count, 2, 1 + OldestTurns.MostDrops);
    }

    private static string Chat(string member) =>
        $$"""{"model":"m",{{member}},"messages":[{"role":"system","content":"be brief"},{"role":"user","content":"old"},{"role":"assistant","content":"old"},{"role":"user","content":"the question"}]}""";

    /// <summary>The kept turns by role and index. Each is 100 tokens long by estimate.</summary>
    private static string Shorten(string roles, int contextLength, bool shareCall = false)
    {
        var request = Conversation(roles, shareCall);
        var kept = OldestTurns.Drop(request, contextLength, 1)?.Turns ?? request.Turns;
        return string.Join(' ', kept.Select(turn => $"{Letter(turn.Role)}{request.Turns.ToList().FindIndex(other => ReferenceEquals(other, turn))}"));
    }

    private static ChatRequest Conversation(string roles, bool shareCall = false)
    {
        var text = new TextPart(new string('x', 400));
        var turns = new List<Turn>();
        foreach (var role in roles.Split(' '))
        {
            var call = shareCall ? "only" : $"call{turns.FindLastIndex(turn => turn.Role == Role.Assistant)}";
            turns.Add(role switch
            {
                "s" => new Turn(Role.System, [text]),
                "u" => new Turn(Role.User, [text]),
                "a" => new Turn(Role.Assistant, [text, .. shareCall && turns.Count > 2 ? Array.Empty<Part>() : [new ToolCallPart(shareCall ? "only" : $"call{turns.Count}", "", "")]]),
                _ => new Turn(Role.Tool, [new ToolResultPart(call, null, [text], IsError: false)]),
            });
        }

        return new ChatRequest { Model = "m", Turns = turns, DropsOldestTurns = true };
    }

    private static char Letter(Role role) => role switch
    {
        Role.System => 's',
        Role.User => 'u',
        Role.Assistant => 'a',
        _ => 't',
    };
}
