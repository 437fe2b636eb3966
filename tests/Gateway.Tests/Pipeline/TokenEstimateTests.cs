using System.Text;
using Dragoman.Conversation;
using Dragoman.Pipeline;

namespace Dragoman.Gateway.Tests.Pipeline;

public sealed class TokenEstimateTests
{
    [Theory]
    [InlineData("", 0, 0)]
    [InlineData("a", 1, 1)]
    [InlineData("abcdefghijkl", 3, 4)]
    [InlineData("漢漢漢漢", 3, 4)]
    public void Tokens_follow_the_bytes(string text, int usual, int most)
    {
        Assert.Equal(usual, TokenEstimate.Of(text));
        Assert.Equal(most, TokenEstimate.AtMost(text));
    }

    [Fact]
    public void A_turn_is_all_that_it_says()
    {
        var turn = new Turn(Role.Assistant,
        [
            new TextPart(Tokens(1)),
            new ReasoningPart(Tokens(10)),
            new RefusalPart(Tokens(100)),
            new ToolCallPart("id", Tokens(1000), Tokens(2000)),
            new ToolResultPart("id", "name", [new TextPart(Tokens(10_000)), new TextPart(Tokens(20_000))], false),
            new ImagePart(new InlineMedia("image/png", "AAAA")),
        ]);
        Assert.Equal(33_111, TokenEstimate.Of(turn));
    }

    [Fact]
    public void A_prompt_is_its_turns_with_their_media_its_tools_and_the_form_of_the_answer()
    {
        var image = new ImagePart(new InlineMedia("image/png", "AAAA"));
        var text = new DocumentPart(new InlineMedia("text/plain", Convert.ToBase64String(Encoding.UTF8.GetBytes(Tokens(10)))), null);
        var request = Request(
        [
            new Turn(Role.User, [new TextPart(Tokens(1)), image, text]),
            new Turn(Role.Tool, [new ToolResultPart("id", null, [new TextPart(Tokens(100)), image, image], false)]),
        ]) with
        {
            Tools = [new ToolDefinition(Tokens(1000), Tokens(2000), Tokens(3000)), new ToolDefinition(Tokens(10_000), null, null)],
            Format = new OutputFormat(OutputFormatKind.JsonSchema, Tokens(100_000)),
        };
        const int marks = 4 * 4;
        const int media = 3 * 1600;
        Assert.Equal(116_111 + marks + media, TokenEstimate.Of(request));
    }

    [Fact]
    public void A_length_is_that_of_texts_calls_and_results()
    {
        var request = Request(
        [
            new Turn(Role.User, [new TextPart("漢"), new TextPart(Tokens(10))]),
            new Turn(Role.Assistant, [new ToolCallPart("id", "ab", "{}"), new ReasoningPart("not said to a provider")]),
            new Turn(Role.Tool, [new ToolResultPart("id", "ab", [new TextPart("abc"), new ImagePart(new InlineMedia("image/png", "AAAA")), new TextPart("d")], false)]),
        ]);
        Assert.Equal(1 + 40 + 4 + 4, TokenEstimate.LengthOf(request));
    }

    [Theory]
    [InlineData("abc", 2, "ab")]
    [InlineData("a👋", 4, "a")]
    [InlineData("a👋", 5, "a👋")]
    [InlineData("漢", 2, "")]
    [InlineData("abc", -1, "")]
    public void A_beginning_ends_between_characters(string text, int bytes, string beginning) =>
        Assert.Equal(beginning, TokenEstimate.Beginning(text, bytes));

    [Fact]
    public void Any_beginning_is_within_the_bytes_and_as_well_formed_as_the_text() => Generated.Check(Generated.WellFormedText, 300, text =>
    {
        for (var bytes = 0; bytes <= Encoding.UTF8.GetByteCount(text) + 1; bytes++)
        {
            var beginning = TokenEstimate.Beginning(text, bytes);
            Assert.StartsWith(beginning, text, StringComparison.Ordinal);
            Assert.InRange(new UTF8Encoding(false, throwOnInvalidBytes: true).GetByteCount(beginning), 0, bytes);
        }
    });

    private static string Tokens(int count) => new('a', count * TokenEstimate.BytesPerToken);

    private static ChatRequest Request(IReadOnlyList<Turn> turns) => new() { Model = "m", Family = "openai", Turns = turns };
}
