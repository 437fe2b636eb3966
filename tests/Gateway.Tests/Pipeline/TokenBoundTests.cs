using Dragoman.Conversation;
using Dragoman.Locales;
using Dragoman.Pipeline;

namespace Dragoman.Gateway.Tests.Pipeline;

public sealed class TokenBoundTests
{
    private const int Frame = 2000;

    /// <summary>Parts of a turn, and by how much the bound differs from the bytes of the body.</summary>
    public static TheoryData<Part, int> Parts => new()
    {
        { new TextPart("Hello"), 0 },
        { new ImagePart(new InlineMedia("image/png", new string('A', 600))), 50_000 - 600 },
        { new ImagePart(new LinkedMedia("https://example.com/a.png")), 50_000 },
        { new DocumentPart(new InlineMedia("application/pdf", "JVBERi0="), null), 1_000_000 },
        { new DocumentPart(InlineMedia.OfText("Hello"), null), 0 },
        { new AudioPart(new InlineMedia("audio/wav", "UklGRg=="), "wav"), 0 },
        { new AudioPart(new LinkedMedia("https://example.com/a.wav"), "wav"), 1_000_000 },
        { new ToolResultPart("c", null, [new TextPart("a"), new ImagePart(new LinkedMedia("https://example.com/a.png"))], false), 50_000 },
    };

    [Theory]
    [MemberData(nameof(Parts))]
    public void Text_has_no_more_tokens_than_bytes_and_media_have_what_models_count_at_most(Part part, int beyond) =>
        Assert.Equal(700 + Frame + (2 * beyond), TokenBound.Of(Request([part, part]), 700));

    [Fact]
    public void What_is_kept_at_the_provider_counts_as_the_longest_prompt() =>
        Assert.Equal(700 + Frame + 1_000_000, TokenBound.Of(Request([]) with { FamilyMembers = [new FamilyMember("conversation", Wording.Verbatim(""))] }, 700));

    [Fact]
    public void Texts_to_embed_count_their_bytes() => Assert.Equal(Frame + 3 + 1 + 2 + 1, TokenBound.Of(new EmbeddingRequest("m", ["abc", "é"], null)));

    private static ChatRequest Request(IReadOnlyList<Part> parts) => new() { Model = "m", Turns = [new Turn(Role.User, parts)] };
}
