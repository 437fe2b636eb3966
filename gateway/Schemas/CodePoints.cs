using System.Globalization;
using System.Text;

namespace Dragoman.Schemas;

/// <summary>A set of Unicode characters that can be written as part of a .NET regular expression, which matches UTF-16 units.</summary>
internal sealed class CodePoints(params ReadOnlySpan<(int From, int To)> ranges)
{
    private const int FirstPair = 0x10000;
    private const int FirstSurrogate = 0xD800;
    private const int FirstLowSurrogate = 0xDC00;
    private const int LastSurrogate = 0xDFFF;
    private const int Last = 0x10FFFF;

    private readonly List<(int From, int To)> ranges = [.. ranges];

    /// <summary>The excluded characters, when the set is a complement, because the expression is then shorter; else null.</summary>
    private CodePoints? excluded;

    public void Add(CodePoints others)
    {
        ranges.AddRange(others.ranges);
        excluded = null;
    }

    /// <summary>All other characters.</summary>
    public CodePoints Others()
    {
        var others = new CodePoints { excluded = this };
        var next = 0;
        foreach (var (from, to) in ranges.Append((FirstSurrogate, LastSurrogate)).Append((Last + 1, Last + 1)).Order())
        {
            if (from > next)
                others.ranges.Add((next, from - 1));
            next = Math.Max(next, to + 1);
        }

        return others;
    }

    /// <summary>Writes an expression that matches one character of the set.</summary>
    /// <param name="output">The expression so far.</param>
    /// <param name="withPairs">Whether the texts may have characters of two units.</param>
    public void Write(StringBuilder output, bool withPairs)
    {
        if (ranges is [var (from, to)] && from == to && from < FirstPair)
        {
            Write(output, from);
            return;
        }

        var pairs = withPairs ? ranges.Where(range => range.To >= FirstPair).ToList() : [];
        if (pairs.Count == 0)
        {
            WriteUnits(output);
            return;
        }

        output.Append("(?:");
        WriteUnits(output);
        foreach (var (first, last) in pairs)
            WritePairs(output, Math.Max(first, FirstPair), last);
        output.Append(')');
    }

    /// <summary>Writes an expression that matches one unit of the set, or with <paramref name="isNegated"/> one unit outside the set.</summary>
    /// <param name="output">The expression so far.</param>
    /// <param name="isNegated">Whether to match the units outside the set.</param>
    /// <param name="categories">Unicode categories that also belong to the set, in .NET's syntax.</param>
    public void WriteUnits(StringBuilder output, bool isNegated, string categories)
    {
        // Without the surrogates, because half of a pair is not a character.
        var units = ranges
            .SelectMany(range => new[] { (range.From, To: Math.Min(range.To, FirstSurrogate - 1)), (From: Math.Max(range.From, LastSurrogate + 1), To: Math.Min(range.To, FirstPair - 1)) })
            .Where(range => range.From <= range.To).ToList();
        // An empty set is written as the complement of all units.
        if (units.Count == 0 && categories.Length == 0)
        {
            isNegated = !isNegated;
            units.Add((0, FirstPair - 1));
        }

        output.Append(isNegated ? "[^" : "[");
        foreach (var (from, to) in units)
            WriteRange(output, from, to);
        output.Append(categories).Append(']');
    }

    private void WriteUnits(StringBuilder output)
    {
        if (excluded is null)
            WriteUnits(output, false, "");
        else
            excluded.WriteUnits(output, true, "\\ud800-\\udfff");
    }

    private static void WritePairs(StringBuilder output, int from, int to)
    {
        var (high, low) = Split(from);
        var (lastHigh, lastLow) = Split(to);
        if (high == lastHigh)
        {
            WriteAlternative(output, (high, high), (low, lastLow));
            return;
        }

        if (low > FirstLowSurrogate)
        {
            WriteAlternative(output, (high, high), (low, LastSurrogate));
            high++;
        }

        if (lastLow < LastSurrogate)
        {
            WriteAlternative(output, (lastHigh, lastHigh), (FirstLowSurrogate, lastLow));
            lastHigh--;
        }

        if (high <= lastHigh)
            WriteAlternative(output, (high, lastHigh), (FirstLowSurrogate, LastSurrogate));
    }

    private static (int High, int Low) Split(int character) =>
        (FirstSurrogate + ((character - FirstPair) >> 10), FirstLowSurrogate + ((character - FirstPair) & 0x3FF));

    private static void WriteAlternative(StringBuilder output, (int From, int To) high, (int From, int To) low)
    {
        output.Append("|[");
        WriteRange(output, high.From, high.To);
        output.Append("][");
        WriteRange(output, low.From, low.To);
        output.Append(']');
    }

    private static void WriteRange(StringBuilder output, int from, int to)
    {
        Write(output, from);
        if (to == from)
            return;
        output.Append('-');
        Write(output, to);
    }

    private static void Write(StringBuilder output, int unit)
    {
        if (char.IsAsciiLetterOrDigit((char)unit) || unit == ',')
            output.Append((char)unit);
        else
            output.Append(CultureInfo.InvariantCulture, $"\\u{unit:x4}");
    }
}
