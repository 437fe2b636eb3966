using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Dragoman.Conversation;
using Dragoman.Dialects.Requests;
using Dragoman.Locales;
using Dragoman.Wire;

namespace Dragoman.Dialects.Ollama;

/// <summary>The member <c>keep_alive</c>: how long a model stays loaded after a request (specs/ollama.md 2.0).</summary>
internal static partial class KeepAlive
{
    /// <summary>Go's longest duration, 292 years, which means "forever" in Ollama.</summary>
    public static readonly TimeSpan ForEver = TimeSpan.FromTicks(long.MaxValue / TimeSpan.NanosecondsPerTick);

    private const int LongestText = 100;

    /// <summary>Null when the client did not say. Zero asks to unload the model.</summary>
    /// <exception cref="GatewayException">Neither a number of seconds nor a duration.</exception>
    public static TimeSpan? Read(RequestObject request) => request.Find("keep_alive") switch
    {
        null => null,
        { ValueKind: JsonValueKind.Number } number => FromSeconds(number.GetDouble()),
        { ValueKind: JsonValueKind.String } text => ReadText(JsonText.ReadString(text)),
        { } wrong => throw request.WrongType("keep_alive", RequestText.SecondsOrDuration, wrong),
    };

    private static TimeSpan? ReadText(string text)
    {
        if (text.Length == 0)
            return null;
        // Ollama rejects a number without a unit, but people write it and mean seconds.
        if (double.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var bare))
            return FromSeconds(bare);
        if (text.Length > LongestText || GoDuration().Match(text) is not { Success: true } duration)
            throw GatewayException.Invalid("keep_alive", RequestText.WrongText("keep_alive", RequestText.SecondsOrDuration, text.Length > LongestText ? text[..LongestText] + "…" : text));
        var seconds = duration.Groups["figure"].Captures
            .Zip(duration.Groups["unit"].Captures, (figure, unit) => double.Parse(figure.Value, CultureInfo.InvariantCulture) * SecondsIn(unit.Value))
            .Sum();
        return FromSeconds(duration.Groups["sign"].Value == "-" ? -seconds : seconds);
    }

    private static TimeSpan FromSeconds(double seconds)
    {
        if (seconds == 0)
            return TimeSpan.Zero;
        // A tiny positive duration must not become zero, which would unload the model.
        return seconds < 0 || seconds >= ForEver.TotalSeconds ? ForEver : TimeSpan.FromTicks(Math.Max(1, (long)(seconds * TimeSpan.TicksPerSecond)));
    }

    private static double SecondsIn(string unit) => unit switch
    {
        "h" => 3600,
        "m" => 60,
        "s" => 1,
        "ms" => 1e-3,
        "ns" => 1e-9,
        _ => 1e-6,
    };

    [GeneratedRegex(@"^(?<sign>[+-]?)((?<figure>[0-9]+\.?[0-9]*|\.[0-9]+)(?<unit>ns|us|µs|μs|ms|s|m|h))+\z", RegexOptions.CultureInvariant)]
    private static partial Regex GoDuration();
}
