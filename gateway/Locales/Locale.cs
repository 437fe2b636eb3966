using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json;
using Microsoft.Net.Http.Headers;

namespace Dragoman.Locales;

/// <summary>
/// The texts of one language, for the people who read a message. Texts that programs compare, such as codes and types of errors, are not
/// among them. A file of this folder is a language; its name is that of the language.
/// </summary>
public sealed class Locale
{
    private const string Folder = "Locales/";
    private const string Extension = ".json";

    private readonly FrozenDictionary<string, string> texts;

    private Locale(string language, FrozenDictionary<string, string> texts) => (Language, this.texts) = (language, texts);

    /// <summary>The languages by their names.</summary>
    public static FrozenDictionary<string, Locale> All { get; } = ReadAll();

    /// <summary>The language of those who ask for no other one.</summary>
    public static Locale English { get; } = All["en"];

    /// <summary>The language's name, such as <c>de</c> (BCP 47).</summary>
    public string Language { get; }

    /// <summary>The ids of the texts.</summary>
    public IEnumerable<string> Ids => texts.Keys;

    /// <summary>Finds the language that somebody likes best.</summary>
    /// <param name="acceptLanguage">The values of the header <c>Accept-Language</c> (RFC 9110, 12.5.4).</param>
    public static Locale For(IList<string?> acceptLanguage)
    {
        if (acceptLanguage.Count == 0 || !StringWithQualityHeaderValue.TryParseList(acceptLanguage!, out var wanted))
            return English;
        // The sort is stable: of two that are liked as well, the first.
        foreach (var each in wanted.Where(static each => each.Quality is not 0).OrderByDescending(static each => each.Quality ?? 1))
        {
            if (All.TryGetValue(each.Value.ToString().Split('-')[0], out var locale))
                return locale;
        }

        return English;
    }

    /// <summary>A text.</summary>
    /// <param name="id">One of <see cref="TextId"/>.</param>
    /// <param name="values">What stands for each <c>{name}</c> in it.</param>
    public string Text(string id, params ReadOnlySpan<(string Name, string Value)> values)
    {
        var text = texts[id];
        // From the end, so that a value is not searched for names.
        for (var end = text.LastIndexOf('}'); end >= 0;)
        {
            var begin = text.LastIndexOf('{', end);
            text = string.Concat(text.AsSpan(0, begin), ValueOf(text[(begin + 1)..end], values), text.AsSpan(end + 1));
            end = begin == 0 ? -1 : text.LastIndexOf('}', begin - 1);
        }

        return text;
    }

    /// <summary>An amount of US dollars, with two to six digits after the point.</summary>
    public string Dollars(decimal amount) => Text(
        TextId.Dollars,
        ("amount", amount.ToString("0.00####", CultureInfo.InvariantCulture).Replace(".", texts[TextId.DecimalSeparator], StringComparison.Ordinal)));

    private static string ValueOf(string name, ReadOnlySpan<(string Name, string Value)> values)
    {
        foreach (var (known, value) in values)
        {
            if (known == name)
                return value;
        }

        throw new ArgumentException($"The text needs a value for {name}.", nameof(values));
    }

    private static FrozenDictionary<string, Locale> ReadAll()
    {
        var assembly = typeof(Locale).Assembly;
        var all = new Dictionary<string, Locale>(StringComparer.OrdinalIgnoreCase);
        foreach (var resource in assembly.GetManifestResourceNames().Where(static name => name.StartsWith(Folder, StringComparison.Ordinal)))
        {
            var language = resource[Folder.Length..^Extension.Length];
            using var file = assembly.GetManifestResourceStream(resource)!;
            using var json = JsonDocument.Parse(file);
            all.Add(language, new(language, json.RootElement.EnumerateObject().ToFrozenDictionary(static text => text.Name, static text => text.Value.GetString()!)));
        }

        return all.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
    }
}
