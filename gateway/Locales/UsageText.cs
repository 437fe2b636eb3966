namespace Dragoman.Locales;

/// <summary>Why a store does not answer a question about usage, as the rest of a sentence.</summary>
public static class UsageText
{
    public static Wording EndsBeforeItBegins => new("usage.endsBeforeItBegins");

    public static Wording NoWholeHours => new("usage.noWholeHours");

    public static Wording TagsByDays => new("usage.tagsByDays");

    public static Wording DimensionTwice => new("usage.dimensionTwice");

    public static Wording TooManyGroups(long most) => new("usage.tooManyGroups", ("most", most));

    public static Wording TablesOnlyByDays => new("usage.tablesOnlyByDays");
}
