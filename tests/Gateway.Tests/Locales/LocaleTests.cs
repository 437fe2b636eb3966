using System.Text.RegularExpressions;
using Dragoman.Locales;

namespace Dragoman.Gateway.Tests.Locales;

public sealed partial class LocaleTests
{
    public static TheoryData<string> Languages => [.. Locale.All.Keys];

    [Theory]
    [MemberData(nameof(Languages))]
    public void A_language_has_the_texts_that_the_code_names_and_no_others(string language)
    {
        var named = typeof(TextId).GetFields().Select(static field => (string)field.GetRawConstantValue()!);
        Assert.Equal(named.Order(StringComparer.Ordinal), Locale.All[language].Ids.Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Languages))]
    public void A_text_has_the_same_values_in_every_language(string language)
    {
        Assert.All(Locale.English.Ids, id => Assert.Equal(ValuesOf("en", id), ValuesOf(language, id)));
    }

    [Theory]
    [InlineData("", "en")]
    [InlineData("de", "de")]
    [InlineData("DE-ch, en;q=0.5", "de")]
    [InlineData("fr, de;q=0.2, en;q=0.1", "de")]
    [InlineData("en;q=0.4, de-AT;q=0.9", "de")]
    [InlineData("en, de", "en")]
    [InlineData("de;q=0", "en")]
    [InlineData("*", "en")]
    [InlineData("fr", "en")]
    [InlineData("de;q=x;;", "en")]
    public void The_language_is_the_one_that_is_liked_best(string header, string language) =>
        Assert.Equal(language, Locale.For(header.Length == 0 ? [] : [header]).Language);

    [Fact]
    public void A_value_stands_as_it_is()
    {
        Assert.Equal("the tag {id}} in the team {", Locale.English.Text(TextId.OwnerTagOfTeam, ("team", "{"), ("id", "{id}}")));
        Assert.Throws<ArgumentException>(() => Locale.English.Text(TextId.OwnerTeam, ("team", "x")));
    }

    [Fact]
    public void Amounts_are_written_as_each_language_does()
    {
        Assert.Equal(("$1234.50", "1234,50 $"), (Locale.English.Dollars(1234.5m), Locale.All["de"].Dollars(1234.5m)));
        Assert.Equal("0,000001 $", Locale.All["de"].Dollars(0.0000012m));
    }

    private static string ValuesOf(string language, string id)
    {
        using var file = typeof(Locale).Assembly.GetManifestResourceStream($"Locales/{language}.json")!;
        using var json = System.Text.Json.JsonDocument.Parse(file);
        return string.Join(' ', Value().Matches(json.RootElement.GetProperty(id).GetString()!).Select(static match => match.Value).Order(StringComparer.Ordinal));
    }

    [GeneratedRegex(@"\{[a-zA-Z]+\}")]
    private static partial Regex Value();
}
