using Dragoman.Locales;

namespace Dragoman.Gateway.Tests.Locales;

public sealed class WordingTests
{
    private static readonly Locale German = Locale.All["de"];

    [Fact]
    public void A_value_stands_as_it_is()
    {
        Assert.Equal("the tag {id}} in the team {", BudgetText.OfTagOfTeam("{id}}", "{").ToString());
        Assert.Equal("temperature must be between -2 and 0.5, not 1E+20", RequestText.Between("temperature", -2, 0.5, 1e20).ToString());
        Assert.Equal("temperature muss zwischen -2 und 0.5 liegen, nicht bei 1E+20", RequestText.Between("temperature", -2, 0.5, 1e20).In(German));
    }

    [Fact]
    public void A_text_inside_another_one_is_in_its_language() => Assert.Equal(
        "Das Team „web“ darf das Modell „x“ nicht benutzen; erlaubt: nichts.",
        AccessText.ModelNotAllowed(AccessText.OfTeam("web"), "x", AccessText.Nothing).In(German));

    [Theory]
    [InlineData("x must be a, not \"d\"", "x muss a sein, nicht „d“", "a")]
    [InlineData("x must be a or b, not \"d\"", "x muss a oder b sein, nicht „d“", "a", "b")]
    [InlineData("x must be a, b or c, not \"d\"", "x muss a, b oder c sein, nicht „d“", "a", "b", "c")]
    public void Alternatives_are_listed(string english, string german, params string[] allowed)
    {
        var wording = RequestText.OneOf("x", "d", allowed);
        Assert.Equal((english, german), (wording.ToString(), wording.In(German)));
    }

    [Fact]
    public void Amounts_are_written_as_each_language_does()
    {
        Assert.Equal("it is $1234.50 in all", BudgetText.InAll(new UsDollars(1234.5m)).ToString());
        Assert.Equal("es beträgt insgesamt 1234,50 $", BudgetText.InAll(new UsDollars(1234.5m)).In(German));
        Assert.Equal("es beträgt insgesamt 0,000001 $", BudgetText.InAll(new UsDollars(0.0000012m)).In(German));
    }

    [Fact]
    public void A_text_of_somebody_else_is_the_same_in_every_language()
    {
        Assert.Equal("{x}", Wording.Verbatim("{x}").In(German));
        Assert.False(Wording.Verbatim("x").IsTranslated);
        Assert.True(GatewayText.Restarting.IsTranslated);
    }

    [Fact]
    public void Texts_are_equal_if_their_words_are()
    {
        Assert.Equal(RequestText.Required("x"), Wording.Verbatim("x is required"));
        Assert.Equal(RequestText.Required("x").GetHashCode(), Wording.Verbatim("x is required").GetHashCode());
        Assert.NotEqual(RequestText.Required("x"), RequestText.Required("y"));
    }
}
