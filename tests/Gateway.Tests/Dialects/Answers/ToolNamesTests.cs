using Dragoman.Conversation;
using Dragoman.Dialects;
using Dragoman.Dialects.Answers;
using Dragoman.Dialects.Requests;
using Dragoman.Gateway.Tests.Conversation;
using FsCheck.Fluent;

namespace Dragoman.Gateway.Tests.Dialects.Answers;

public class ToolNamesTests
{
    private static readonly ToolNameRule[] Rules = [ToolNameRule.OpenAI, ToolNameRule.Anthropic, ToolNameRule.Gemini];

    [Fact]
    public void Names_that_the_provider_takes_stay_as_they_are()
    {
        Assert.Null(ToolNames.Adapt(RequestWith("get_weather", "a-b"), ToolNameRule.OpenAI));
        Assert.Null(ToolNames.Adapt(RequestWith("ns.tool:x"), ToolNameRule.Gemini));
    }

    [Theory]
    [InlineData("1st")]
    [InlineData("ns.tool")]
    [InlineData("wetter für morgen")]
    public void A_name_is_the_same_in_definition_choice_and_history_and_comes_back(string name)
    {
        foreach (var rule in Rules.Where(rule => !rule.Takes(name)))
        {
            var (request, names) = ToolNames.Adapt(RequestWith(name, "other"), rule)!.Value;
            var adapted = request.Tools[0].Name;
            Assert.True(rule.Takes(adapted), adapted);
            Assert.Equal(adapted, request.ToolChoice!.Name);
            Assert.Equal(adapted, request.Turns[1].ToolCalls.Single().Name);
            Assert.Equal(adapted, ((ToolResultPart)request.Turns[2].Parts[0]).ToolName);
            Assert.Equal("other", request.Tools[1].Name);

            var events = new CheckedEvents();
            var restoring = names.Restoring(events);
            restoring.Start(null);
            restoring.ToolStart(0, 0, "id", adapted);
            restoring.ToolArguments(0, 0, "{}"u8);
            restoring.ToolEnd(0, 0);
            Assert.Equal(name, events.Answer.Choices[0].ToolCalls[0].Name);
        }
    }

    [Fact]
    public void Different_names_never_meet() => Generated.Check(
        Gen.Elements('a', 'ü', '.', '1', ' ').ListOf().Select(letters => string.Concat(letters)).ListOf(),
        200,
        names =>
        {
            var distinct = names.Distinct().Select(name => name + new string('x', 80)).ToArray();
            if (distinct.Length == 0 || ToolNames.Adapt(RequestWith(distinct), ToolNameRule.Gemini) is not { } adapted)
                return;
            Assert.Equal(distinct.Length, adapted.Request.Tools.Select(tool => tool.Name).Distinct().Count());
            Assert.All(adapted.Request.Tools, tool => Assert.True(ToolNameRule.Gemini.Takes(tool.Name)));
        });

    private static ChatRequest RequestWith(params string[] names)
    {
        var pairing = new ToolCallPairing();
        var call = pairing.Call("c", names[0], "{}");
        return new ChatRequest
        {
            Model = "m",
            Tools = [.. names.Select(name => new ToolDefinition(name, null, null))],
            ToolChoice = new ToolChoice(ToolChoiceKind.Named, names[0]),
            Turns = [Turn.Of(Role.User, "hi"), new Turn(Role.Assistant, [call]), new Turn(Role.Tool, [pairing.ResultOf("c", [new TextPart("r")], "f")])],
        };
    }
}
