namespace Dragoman.Prices;

/// <summary>Names of dated versions, which have the price of their model unless a list names them.</summary>
internal static class ModelVersion
{
    private const int FullDate = 8;
    private const int RevisionDigits = 3;

    private const string SpelledDate = "-2026-11-30";

    /// <summary>
    /// The model of which a name is a version: <c>gpt-5.1</c> for <c>gpt-5.1-2026-08-01</c>. Empty for any other name. A word such as
    /// <c>mini</c> or <c>pro</c>, and a number such as Mistral's <c>2512</c>, make another model with a price of its own.
    /// </summary>
    public static ReadOnlySpan<char> ModelOf(ReadOnlySpan<char> name)
    {
        if (name.EndsWith("-latest", StringComparison.OrdinalIgnoreCase))
            return name[..^"-latest".Length];
        var start = name.LastIndexOfAny('-', '@');
        if (start <= 0)
            return default;
        var end = name[(start + 1)..];
        if (IsDate(end) || (name[start] == '-' && end.Length == RevisionDigits && IsNumber(end)))
            return name[..start];
        return EndsWithSpelledDate(name) ? name[..^SpelledDate.Length] : default;
    }

    private static bool EndsWithSpelledDate(ReadOnlySpan<char> name)
    {
        if (name.Length <= SpelledDate.Length)
            return false;
        var date = name[^SpelledDate.Length..];
        return date[0] == '-' && date[5] == '-' && date[8] == '-' && IsDay(date[1..5], date[6..8], date[9..]);
    }

    private static bool IsDate(ReadOnlySpan<char> digits) => digits.Length == FullDate && IsDay(digits[..4], digits[4..6], digits[6..]);

    private static bool IsDay(ReadOnlySpan<char> year, ReadOnlySpan<char> month, ReadOnlySpan<char> day) =>
        IsNumber(year) && IsNumber(month) && IsNumber(day) && year.StartsWith("20")
        && int.Parse(month, null) is >= 1 and <= 12
        && int.Parse(day, null) is >= 1 and <= 31;

    private static bool IsNumber(ReadOnlySpan<char> text) => !text.ContainsAnyExceptInRange('0', '9');
}
