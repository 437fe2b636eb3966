using System.Reflection;
using System.Text.Json;
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
        var named = Named().Select(static wording => wording.Id!).Order(StringComparer.Ordinal).ToList();
        Assert.Equal(named.Distinct(), named);
        Assert.Equal(named, Texts(language).Select(static text => text.Id).Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Languages))]
    public void A_text_has_the_values_that_the_code_gives_it_and_no_others(string language)
    {
        var texts = Texts(language).ToDictionary(static text => text.Id, static text => text.Text);
        Assert.All(Named(), wording => Assert.Equal(
            wording.ValueNames.Order(StringComparer.Ordinal),
            Value().Matches(texts[wording.Id!]).Select(static match => match.Groups[1].Value).Distinct().Order(StringComparer.Ordinal)));
    }

    [Theory]
    [MemberData(nameof(Languages))]
    public void A_text_can_be_read(string language) => Assert.All(Named(), wording =>
    {
        var text = wording.In(Locale.All[language]);
        Assert.DoesNotContain('{', text);
        Assert.DoesNotContain("  ", text, StringComparison.Ordinal);
        Assert.NotEqual("", text);
    });

    [Fact]
    public void Whoever_translates_changes_no_word_that_programs_write()
    {
        var german = Texts("de").ToDictionary(static text => text.Id, static text => text.Text);
        Assert.All(Texts("en"), text => Assert.All(
            ProgramWord().Matches(text.Text).Select(static match => match.Value),
            word => Assert.Contains(word, german[text.Id], StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("", "en")]
    [InlineData("de", "de")]
    [InlineData("DE-ch, en;q=0.5", "de")]
    [InlineData("de-AT", "de")]
    [InlineData("fr, de;q=0.2, en;q=0.1", "de")]
    [InlineData("en;q=0.4, de-AT;q=0.9", "de")]
    [InlineData("en, de", "en")]
    [InlineData("de;q=0", "en")]
    [InlineData("de;q=0.000, en;q=0.001", "en")]
    [InlineData("*", "en")]
    [InlineData("*;q=0.5, de;q=0.1", "de")]
    [InlineData("fr", "en")]
    [InlineData("de;q=x;;", "en")]
    [InlineData("de;q=2", "en")]
    [InlineData(",,,", "en")]
    [InlineData("\u0001\u00e4", "en")]
    public void The_language_is_the_one_that_is_liked_best(string header, string language) =>
        Assert.Equal(language, Locale.For(header.Length == 0 ? [] : [header]).Language);

    [Fact]
    public void Several_headers_count_as_one() => Assert.Equal("de", Locale.For(["en;q=0.5", "de;q=0.7"]).Language);

    /// <summary>All texts that the code has, each with values of its own.</summary>
    private static IEnumerable<Wording> Named() =>
        from type in typeof(Wording).Assembly.GetTypes()
        where type.Namespace == typeof(Wording).Namespace && type.Name.EndsWith("Text", StringComparison.Ordinal) && type != typeof(FixedText) && type != typeof(KindText)
        from method in type.GetMethods(BindingFlags.Public | BindingFlags.Static)
        where method.ReturnType == typeof(Wording)
        select (Wording)method.Invoke(null, [.. method.GetParameters().Select(static parameter => ValueOf(parameter.ParameterType, parameter.Name!))])!;

    private static object ValueOf(Type type, string name) =>
        type == typeof(Wording) ? Wording.Verbatim($"<{name}>")
        : type == typeof(UsDollars) ? new UsDollars(1.5m)
        : type == typeof(long) || type == typeof(long?) ? 42L
        : type == typeof(double) || type == typeof(double?) ? 0.5
        : type == typeof(string[]) ? (string[])["a", "b", "c"]
        : $"<{name}>";

    private static IReadOnlyList<(string Id, string Text)> Texts(string language)
    {
        using var file = typeof(Locale).Assembly.GetManifestResourceStream($"Locales/{language}.json")!;
        using var json = JsonDocument.Parse(file, new JsonDocumentOptions { AllowDuplicateProperties = false });
        return [.. json.RootElement.EnumerateObject().Select(static text => (text.Name, text.Value.GetString()!))];
    }

    [GeneratedRegex(@"\{(\w+)\}")]
    private static partial Regex Value();

    /// <summary>Names of members and headers, paths, and words with underscores or in capitals.</summary>
    [GeneratedRegex(@"\b[a-z]+(?:_[a-z]+)+\b|\b[a-z]+(?:[A-Z][a-z]+)+\b|\bx-[a-z-]+|\bSec-[\w-]+|/v1/[a-z/]+|\$ref\b|\b[A-Z]+_[A-Z_]+\b|--force")]
    private static partial Regex ProgramWord();
}
