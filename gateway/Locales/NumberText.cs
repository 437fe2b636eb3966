namespace Dragoman.Locales;

/// <summary>How numbers are written in a sentence.</summary>
public static class NumberText
{
    public static Wording DecimalSeparator => new("number.decimalSeparator");

    public static Wording Dollars(string amount) => new("number.dollars", ("amount", amount));
}
