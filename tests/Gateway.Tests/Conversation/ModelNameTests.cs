using Dragoman.Conversation;

namespace Dragoman.Gateway.Tests.Conversation;

public class ModelNameTests
{
    [Theory]
    [InlineData("x", "x:latest")]
    [InlineData("x:latest", "x:latest")]
    [InlineData("library/x", "x:latest")]
    [InlineData("registry.ollama.ai/library/x:7b", "x:7b")]
    [InlineData("acme/x", "acme/x:latest")]
    [InlineData("host.io:5000/acme/x:1", "host.io:5000/acme/x:1")]
    [InlineData("x:local", "x:latest")]
    [InlineData("acme/x:7b:LOCAL", "acme/x:7b")]
    [InlineData("x:cloud", "x:cloud")]
    [InlineData("a/b:free", "a/b:free")]
    [InlineData("Llama3.2", "Llama3.2:latest")]
    public void A_name_is_shown_shortest_and_with_its_tag(string text, string display)
    {
        Assert.True(ModelName.TryParse(text, out var name));
        Assert.Equal(display, name.Display);
    }

    [Theory]
    [InlineData("Mistral:LATEST", "mistral")]
    [InlineData("library/mistral", "registry.ollama.ai/library/mistral:latest")]
    public void Names_are_equal_in_any_case_and_with_defaults_spelled_out(string one, string other)
    {
        Assert.True(ModelName.TryParse(one, out var first));
        Assert.True(ModelName.TryParse(other, out var second));
        Assert.Equal(first.Key, second.Key);
    }

    [Theory]
    [InlineData("")]
    [InlineData("-x")]
    [InlineData("a b")]
    [InlineData("a@b")]
    [InlineData("a+b")]
    [InlineData("a/b/c/d")]
    [InlineData("x:")]
    [InlineData("..")]
    [InlineData("a//b")]
    [InlineData("a\0b")]
    public void What_the_grammar_does_not_know_is_no_name(string text) => Assert.False(ModelName.TryParse(text, out _));

    [Fact]
    public void A_part_has_at_most_eighty_characters()
    {
        Assert.True(ModelName.TryParse(new string('a', 80), out _));
        Assert.False(ModelName.TryParse(new string('a', 81), out _));
    }
}
