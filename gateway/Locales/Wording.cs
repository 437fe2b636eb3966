using System.Globalization;
using System.Runtime.CompilerServices;

namespace Dragoman.Locales;

/// <summary>
/// A text for a person. The gateway's own texts, which the <c>…Text</c> classes of this room name, exist in every language; they are put
/// into words only when somebody reads them.
/// </summary>
public sealed class Wording : IEquatable<Wording>
{
    private readonly string? id;
    private readonly (string Name, object? Value)[] values;
    private string? english;

    /// <param name="id">The text in the files of the languages.</param>
    /// <param name="values">
    /// What stands for each <c>{name}</c> in it: texts and numbers as they are, a <see cref="Wording"/> in the same language, a list of
    /// alternatives, or an amount of <see cref="UsDollars"/>.
    /// </param>
    internal Wording(string id, params (string Name, object? Value)[] values) => (this.id, this.values) = (id, values);

    private Wording(string verbatim) => (english, values) = (verbatim, []);

    /// <summary>Whether the text depends on the language of its reader.</summary>
    public bool IsTranslated => id is not null;

    /// <summary>The id in the files of the languages; null for a text that is the same in all of them.</summary>
    internal string? Id => id;

    /// <summary>The names of the values.</summary>
    internal IEnumerable<string> ValueNames => values.Select(static value => value.Name);

    /// <summary>A text that is the same in every language: one that is not the gateway's own, or one of <see cref="FixedText"/>.</summary>
    public static Wording Verbatim(string text) => new(text);

    /// <summary>The text in a language.</summary>
    public string In(Locale locale) =>
        id is null ? english!
        : locale == Locale.English ? english ??= Write(locale)
        : Write(locale);

    /// <summary>The text in English.</summary>
    public override string ToString() => In(Locale.English);

    public bool Equals(Wording? other) => ReferenceEquals(this, other) || (other is not null && ToString() == other.ToString());

    public override bool Equals(object? obj) => Equals(obj as Wording);

    public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);

    private string Write(Locale locale)
    {
        var rest = locale.Find(id!).AsSpan();
        if (values.Length == 0)
            return rest.ToString();
        var written = new DefaultInterpolatedStringHandler(rest.Length, values.Length, CultureInfo.InvariantCulture);
        for (var begin = rest.IndexOf('{'); begin >= 0; begin = rest.IndexOf('{'))
        {
            var end = rest.IndexOf('}');
            written.AppendFormatted(rest[..begin]);
            Append(ref written, ValueOf(rest[(begin + 1)..end]), locale);
            rest = rest[(end + 1)..];
        }

        written.AppendFormatted(rest);
        return written.ToStringAndClear();
    }

    private static void Append(ref DefaultInterpolatedStringHandler written, object? value, Locale locale) => written.AppendFormatted(value switch
    {
        Wording inner => inner.In(locale),
        UsDollars dollars => dollars.In(locale),
        string[] alternatives => Listed(alternatives, locale),
        _ => value,
    });

    private static string Listed(string[] alternatives, Locale locale) => alternatives.Length == 1
        ? alternatives[0]
        : ListText.Or(string.Join(", ", alternatives[..^1]), alternatives[^1]).In(locale);

    private object? ValueOf(ReadOnlySpan<char> name)
    {
        foreach (var (known, value) in values)
        {
            if (name.SequenceEqual(known))
                return value;
        }

        throw new InvalidOperationException($"The text {id} needs a value for {name}.");
    }
}
