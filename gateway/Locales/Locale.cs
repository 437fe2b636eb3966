using System.Collections.Frozen;
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

    /// <summary>The texts are read when somebody needs one, so that a process does not start later for them.</summary>
    private readonly Lazy<Dictionary<string, string>> texts;

    private Locale(string language) => (Language, texts) = (language, new(() => Read(language)));

    /// <summary>The languages by their names.</summary>
    public static FrozenDictionary<string, Locale> All { get; } = typeof(Locale).Assembly.GetManifestResourceNames()
        .Where(static name => name.StartsWith(Folder, StringComparison.Ordinal))
        .Select(static name => new Locale(name[Folder.Length..^Extension.Length]))
        .ToFrozenDictionary(static locale => locale.Language, StringComparer.OrdinalIgnoreCase);

    /// <summary>The language of those who ask for no other one.</summary>
    public static Locale English { get; } = All["en"];

    /// <summary>The language's name, such as <c>de</c> (BCP 47).</summary>
    public string Language { get; }

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

    /// <summary>A text as it is in the file, with <c>{name}</c> where a value stands.</summary>
    internal string Find(string id) => texts.Value[id];

    private static Dictionary<string, string> Read(string language)
    {
        using var file = typeof(Locale).Assembly.GetManifestResourceStream(Folder + language + Extension)!;
        using var json = JsonDocument.Parse(file);
        return json.RootElement.EnumerateObject().ToDictionary(static text => text.Name, static text => text.Value.GetString()!, StringComparer.Ordinal);
    }
}
