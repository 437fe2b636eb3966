namespace Dragoman.Access.Directory;

/// <summary>A tag as one text, such as <c>project=x</c>. A name contains no <c>=</c>, so that every text is one tag.</summary>
internal static class TagLabel
{
    public static string Of(string name, string value) => $"{name}={value}";

    /// <summary>Splits a text at its first <c>=</c>; the name is empty if there is none.</summary>
    public static (string Name, string Value) Split(string label)
    {
        var equals = label.IndexOf('=', StringComparison.Ordinal);
        return equals < 0 ? ("", label) : (label[..equals], label[(equals + 1)..]);
    }
}
