using Dragoman.Configuration;

namespace Dragoman.Gateway.Tests.Configuration;

public class TeamIdTests
{
    [Theory]
    [InlineData("a", true)]
    [InlineData("z", true)]
    [InlineData("0", true)]
    [InlineData("9", true)]
    [InlineData("az-09-", true)]
    [InlineData("", false)]
    [InlineData("-a", false)]
    [InlineData("a`", false)]
    [InlineData("a{", false)]
    [InlineData("a/", false)]
    [InlineData("a:", false)]
    [InlineData("A", false)]
    [InlineData("é", false)]
    public void An_id_has_few_characters(string text, bool isId) => Assert.Equal(isId, TeamId.Is(text));
}
