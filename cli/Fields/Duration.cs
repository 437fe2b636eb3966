using System.Globalization;

namespace Dragoman.Cli.Fields;

/// <summary>Durations as people write them: <c>90s</c>, <c>45m</c>, <c>12h</c>, <c>30d</c>, <c>4w</c>.</summary>
internal static class Duration
{
    /// <summary>A longer number of digits could exceed what is stored.</summary>
    private const int MostDigits = 12;

    /// <summary>Reads a duration in seconds.</summary>
    public static bool TryRead(string text, out long seconds)
    {
        seconds = 0;
        long unit = text.Length is < 2 or > MostDigits ? 0 : text[^1] switch
        {
            's' => 1,
            'm' => 60,
            'h' => 3600,
            'd' => 86_400,
            'w' => 604_800,
            _ => 0,
        };
        if (unit == 0 || !long.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var count))
            return false;
        seconds = count * unit;
        return true;
    }
}
