using System.Globalization;
using System.Numerics;
using System.Text.Json;
using Dragoman.Schemas;
using FsCheck;
using FsCheck.Fluent;

namespace Dragoman.Gateway.Tests.Schemas;

/// <summary>Compares with integers of any size: a number is its digits times a power of ten.</summary>
public class SchemaNumberTests
{
    private const int Cases = 5000;
    private const int LargestExponent = 40;

    private static readonly Gen<string> Whole = Gen.Elements("0", "1", "7", "10", "12", "100", "9007199254740993", "12345678901234567890", "99999999999999999999999999999");
    private static readonly Gen<string> Fraction = Gen.Elements("", "", ".0", ".5", ".50", ".05", ".1", ".25", ".000000000000000000000000000000000001", ".99999999999999999999999999999");
    private static readonly Gen<string> Exponent = Gen.Elements("", "", "", "e0", "E+1", "e-1", "e2", "e-2", "e20", "e-28", "e40", "E-40");

    private static readonly Gen<string> Number =
        from sign in Gen.Elements("", "", "-")
        from whole in Whole
        from fraction in Fraction
        from exponent in Exponent
        select sign + whole + fraction + exponent;

    [Fact]
    public void Compares_every_digit() => Generated.Check(Number.Two(), Cases, pair =>
        Assert.True(Scaled(pair.Item1).CompareTo(Scaled(pair.Item2)) == Math.Sign(SchemaNumber.Compare(Json(pair.Item1), Json(pair.Item2))), $"{pair.Item1} and {pair.Item2}"));

    [Fact]
    public void Knows_whole_numbers() => Generated.Check(Number, Cases, number =>
        Assert.True(Scaled(number) % Scaled("1") == 0 == SchemaNumber.Of(Json(number)).IsInteger, number));

    [Fact]
    public void Knows_multiples_or_says_that_it_cannot_tell()
    {
        var told = 0;
        Generated.Check(Number.Two(), Cases, pair =>
        {
            if (SchemaNumber.IsMultiple(Json(pair.Item1), Json(pair.Item2)) is not { } isMultiple)
                return;
            told++;
            Assert.True(Scaled(pair.Item1) % Scaled(pair.Item2) == 0 == isMultiple, $"{pair.Item1} and {pair.Item2}");
        });
        Assert.True(told > Cases / 10, $"only {told} were told");
    }

    [Theory]
    [InlineData("4.5", "1.5", true)]
    [InlineData("-4.5", "1.5", true)]
    [InlineData("0", "1e-28", true)]
    [InlineData("1234567890123456789012345678", "3", true)]
    [InlineData("1234567890123456789012345678", "1.0000000000000000000000000000", true)]
    [InlineData("12345678901234567890123456789", "3", null)]
    [InlineData("1e28", "1", null)]
    [InlineData("1", "1e-29", null)]
    [InlineData("1e999999999999999999999", "1", null)]
    [InlineData("1", "0", null)]
    [InlineData("1", "-1", null)]
    public void Calculates_with_28_digits(string number, string step, bool? expected) => Assert.Equal(expected, SchemaNumber.IsMultiple(Json(number), Json(step)));

    [Theory]
    [InlineData("1e400", "1e399")]
    [InlineData("1e-400", "0")]
    [InlineData("-1e-400", "-1e-399")]
    [InlineData("1e999999999999999999999", "9e99")]
    [InlineData("1e-99", "1e-999999999999999999999")]
    [InlineData("0", "-1e-999999999999999999999")]
    public void Compares_numbers_of_any_size(string larger, string smaller)
    {
        Assert.Equal(1, SchemaNumber.Compare(Json(larger), Json(smaller)));
        Assert.Equal(-1, SchemaNumber.Compare(Json(smaller), Json(larger)));
    }

    private static JsonElement Json(string number) => JsonElement.Parse(number);

    /// <summary>The number times a fixed power of ten, which makes all of these numbers integers.</summary>
    private static BigInteger Scaled(string number)
    {
        var parts = number.ToUpperInvariant().Split('E');
        var point = parts[0].IndexOf('.', StringComparison.Ordinal);
        var places = point < 0 ? 0 : parts[0].Length - point - 1;
        var exponent = parts.Length > 1 ? int.Parse(parts[1], CultureInfo.InvariantCulture) : 0;
        return BigInteger.Parse(parts[0].Replace(".", "", StringComparison.Ordinal), CultureInfo.InvariantCulture) * BigInteger.Pow(10, (2 * LargestExponent) - places + exponent);
    }
}
