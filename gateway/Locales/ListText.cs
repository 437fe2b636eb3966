namespace Dragoman.Locales;

/// <summary>How alternatives are listed.</summary>
public static class ListText
{
    public static Wording Or(string first, string last) => new("list.or", ("first", first), ("last", last));
}
