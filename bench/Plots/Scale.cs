using System.Globalization;

namespace Dragoman.Bench.Plots;

/// <summary>The mapping of values to positions on an axis.</summary>
internal enum ScaleKind
{
    /// <summary>From zero, or from the lowest value if that is below zero.</summary>
    Linear,

    /// <summary>Every step multiplies. Only values above zero have a position.</summary>
    Logarithmic,
}

/// <summary>An axis with ends at round values, and its marks.</summary>
internal sealed class Scale
{
    private const double LinearMarks = 5;
    private static readonly double[] RoundSteps = [1, 2, 2.5, 5, 10];

    private readonly ScaleKind kind;
    private readonly double low;
    private readonly double high;

    public Scale(ScaleKind kind, IEnumerable<double> values)
    {
        this.kind = kind;
        var shown = values.Where(HasPlace).DefaultIfEmpty(1).ToArray();
        (low, high, Marks) = kind == ScaleKind.Linear ? Linear(shown.Min(), shown.Max()) : Logarithmic(shown.Min(), shown.Max());
    }

    /// <summary>The values with a line and a number.</summary>
    public IReadOnlyList<double> Marks { get; }

    public bool HasPlace(double value) => double.IsFinite(value) && (kind == ScaleKind.Linear || value > 0);

    /// <returns>The position: 0 at the axis's beginning, 1 at its end.</returns>
    public double PlaceOf(double value) => kind == ScaleKind.Linear
        ? (value - low) / (high - low)
        : Math.Log(value / low) / Math.Log(high / low);

    public static string TextOf(double value) => value.ToString(Math.Abs(value) >= 1 ? "#,0.##" : "0.####", CultureInfo.InvariantCulture);

    /// <summary>Three significant digits, because more would suggest too much precision.</summary>
    public static string RoundedTextOf(double value) => value.ToString(
        Math.Abs(value) switch { >= 100 => "#,0", >= 10 => "0.#", >= 1 => "0.##", _ => "0.###" },
        CultureInfo.InvariantCulture);

    private static (double Low, double High, double[] Marks) Linear(double least, double most)
    {
        least = Math.Min(least, 0);
        most = most <= least ? least + 1 : most;
        var rough = (most - least) / LinearMarks;
        var magnitude = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        var step = RoundSteps.First(round => round * magnitude >= rough * 0.999) * magnitude;
        var first = Math.Floor((least / step) + 1e-9);
        var last = Math.Ceiling((most / step) - 1e-9);
        double[] marks = [.. Enumerable.Range(0, (int)(last - first) + 1).Select(mark => (first + mark) * step)];
        return (marks[0], marks[^1], marks);
    }

    private static (double Low, double High, double[] Marks) Logarithmic(double least, double most)
    {
        var first = (int)Math.Floor(Math.Log10(least) + 1e-9);
        var last = Math.Max(first + 1, (int)Math.Ceiling(Math.Log10(most) - 1e-9));
        double[] within = last - first <= 2 ? [1, 2, 5] : [1];
        double[] marks =
        [
            .. from power in Enumerable.Range(first, last - first)
               from factor in within
               select factor * Math.Pow(10, power),
            Math.Pow(10, last),
        ];
        return (marks[0], marks[^1], marks);
    }
}
