using System.Globalization;

namespace Dragoman.Locales;

/// <summary>An amount of US dollars in a sentence, with two to six digits after the point.</summary>
/// <param name="amount">The amount.</param>
public sealed class UsDollars(decimal amount)
{
    public string In(Locale locale) => NumberText
        .Dollars(amount.ToString("0.00####", CultureInfo.InvariantCulture).Replace(".", NumberText.DecimalSeparator.In(locale), StringComparison.Ordinal))
        .In(locale);
}
