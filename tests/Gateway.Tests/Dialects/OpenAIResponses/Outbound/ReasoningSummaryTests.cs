using Dragoman.Conversation;
using Dragoman.Dialects.OpenAIResponses.Outbound;
using Dragoman.Locales;

namespace Dragoman.Gateway.Tests.Dialects.OpenAIResponses.Outbound;

public class ReasoningSummaryTests
{
    private static readonly OpenAIResponsesOutbound Outbound = new();

    private static readonly GatewayError Refusal = GatewayError.Invalid("reasoning.summary", Wording.Verbatim("Your organization must be verified to generate reasoning summaries."));

    private static readonly ChatRequest Asked = new()
    {
        Model = "m",
        Family = "ollama",
        Turns = [Turn.Of(Role.User, "hi")],
        Reasoning = new ReasoningRequest(true, ReasoningEffort.Low) { IsVisible = true },
    };

    [Fact]
    public void A_summary_that_only_the_gateway_wanted_is_left_out_where_it_is_refused()
    {
        var call = Outbound.Write(Asked, "gpt-5", new LossReport());
        Assert.Equal("""{"effort":"low","summary":"auto"}""", Json.Parse(call.Body).GetProperty("reasoning").GetRawText());
        var amended = Outbound.Amend(call, Refusal)!;
        Assert.Equal("""{"effort":"low"}""", Json.Parse(amended.Body).GetProperty("reasoning").GetRawText());
        Assert.Equal(Json.Parse(call.Body).Names(), Json.Parse(amended.Body).Names());
        Assert.Null(Outbound.Amend(amended, Refusal));
        Assert.Null(Outbound.Amend(call, GatewayError.Invalid("input", Wording.Verbatim("input is too short"))));
    }

    [Fact]
    public void A_client_that_asked_for_it_hears_the_refusal() =>
        Assert.Null(Outbound.Amend(Outbound.Write(Asked with { Family = "openai.responses" }, "gpt-5", new LossReport()), Refusal));
}
