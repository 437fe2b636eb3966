using System.Globalization;

namespace Dragoman.Micro.Results;

/// <summary>Formats figures in a suitable unit.</summary>
internal static class Quantity
{
    public static string Time(double nanoseconds) => nanoseconds switch
    {
        < 1000 => string.Create(CultureInfo.InvariantCulture, $"{nanoseconds:0.0} ns"),
        < 1_000_000 => string.Create(CultureInfo.InvariantCulture, $"{nanoseconds / 1000:0.00} µs"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{nanoseconds / 1_000_000:0.00} ms"),
    };

    public static string Size(double bytes) => bytes switch
    {
        < 0.05 => "0 B",
        < 1000 => string.Create(CultureInfo.InvariantCulture, $"{bytes:0.#} B"),
        < 100 * 1024 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024:0.0} KB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024 / 1024:0.00} MB"),
    };
}
