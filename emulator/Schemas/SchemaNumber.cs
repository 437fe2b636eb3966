using System.Text.Json.Nodes;
using Dragoman.Emulator.Generation;

namespace Dragoman.Emulator.Schemas;

/// <summary>Generates a number within bounds.</summary>
internal static class SchemaNumber
{
    private const double UsualSpan = 100;

    // A double cannot represent every integer beyond this one.
    private const double LargestExact = 9007199254740991;

    private const double LargestDecimal = 1e12;

    private const int Attempts = 100;

    public static JsonNode Make(SchemaConstraints constraints, bool whole, DeterministicRandom random)
    {
        var least = constraints.Least ?? Math.Min(0, (constraints.Most ?? UsualSpan) - UsualSpan);
        var most = constraints.Most ?? Math.Max(least, 0) + UsualSpan;
        if (constraints.MultipleOf is { } step and > 0 && MultipleWithin(constraints, least, most, step, random) is { } multiple)
            return multiple;
        if (whole)
            return WholeWithin(constraints, least, most, random);
        var number = least + (random.Fraction() * (most - least));
        var rounded = Math.Round(number, 2);
        if (rounded > least && rounded < most)
            number = rounded;
        if ((number == least && constraints.LeastIsExcluded) || (number == most && constraints.MostIsExcluded))
            number = least + ((most - least) / 2);
        return JsonValue.Create(number);
    }

    private static JsonValue WholeWithin(SchemaConstraints constraints, double least, double most, DeterministicRandom random)
    {
        var first = Math.Ceiling(least);
        var last = Math.Floor(most);
        if (constraints.LeastIsExcluded && first == least)
            first++;
        if (constraints.MostIsExcluded && last == most)
            last--;
        var number = first + Math.Floor(random.Fraction() * Math.Max(1, last - first + 1));
        return Math.Abs(number) <= LargestExact ? JsonValue.Create((long)number) : JsonValue.Create(number);
    }

    private static JsonValue? MultipleWithin(SchemaConstraints constraints, double least, double most, double step, DeterministicRandom random)
    {
        var first = Math.Ceiling(least / step);
        var last = Math.Floor(most / step);
        if (constraints.LeastIsExcluded && first * step <= least)
            first++;
        if (constraints.MostIsExcluded && last * step >= most)
            last--;
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var count = first + Math.Floor(random.Fraction() * Math.Max(1, last - first + 1));
            if (Math.Abs(count) > LargestDecimal || step is > LargestDecimal or < 1 / LargestDecimal)
                return null;
            // This calculates in decimal, because 3 × 0.1 must be 0.3. Validators that divide doubles reject some correct multiples,
            // so those are skipped.
            var number = (double)((decimal)count * (decimal)step);
            if (number / step == Math.Floor(number / step))
                return number == Math.Floor(number) && Math.Abs(number) <= LargestExact ? JsonValue.Create((long)number) : JsonValue.Create(number);
        }

        return null;
    }
}
