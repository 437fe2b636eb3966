using Dragoman.Conversation;
using Dragoman.Dialects.ChatCompletions;

namespace Dragoman.Gateway.Tests.Dialects.ChatCompletions;

public class ToolResultMediaTests
{
    [Fact]
    public void Pictures_follow_all_results_of_a_turn_under_the_calls_id()
    {
        var picture = new ImagePart(new InlineMedia("image/png", "AAAA"));
        var losses = new LossReport();
        var turns = ToolResultMedia.MoveBehind(
            [Result("a", new TextPart("see"), picture), Result("b", new TextPart("none")), Turn.Of(Role.User, "next"), Result("c", picture)],
            id => id + id,
            losses);
        Assert.Equal(
            ["tool:see", "tool:none", "user:Attached to the result of the tool call aa:+1", "user:next", "tool:", "user:Attached to the result of the tool call cc:+1"],
            turns.Select(turn => $"{turn.Role.ToString().ToLowerInvariant()}:{(turn.Parts[0] is ToolResultPart result ? result.Text : turn.Text)}{(turn.Parts.Count > 1 ? $"+{turn.Parts.Count - 1}" : "")}"));
        Assert.All(turns.SelectMany(turn => turn.Parts).OfType<ToolResultPart>(), result => Assert.All(result.Content, part => Assert.IsType<TextPart>(part)));
        Assert.Equal([new Loss("tool result media", LossAction.Emulated)], losses.Items);
    }

    [Fact]
    public void Plain_results_are_left_alone()
    {
        Turn[] turns = [Result("a", new TextPart("see"))];
        Assert.Same(turns, ToolResultMedia.MoveBehind(turns, id => id, new LossReport()));
    }

    private static Turn Result(string id, params Part[] content) => new(Role.Tool, [new ToolResultPart(id, "f", [.. content], false)]);
}
