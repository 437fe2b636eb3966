using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace Dragoman.Schemas;

/// <summary>
/// The common values of <c>format</c>; any other is ignored. A text is rejected only if the format's own grammar rejects it. The
/// framework's parsers are stricter: they know no leap second, no year 0, and only seven digits of a fraction.
/// </summary>
internal static partial class SchemaFormat
{
    private const int MinutesOfDay = 24 * 60;

    public static bool Fits(string format, string text) => format switch
    {
        "date-time" => DateTime().Match(text) is { Success: true } match && IsDate(match) && IsTime(match),
        "date" => Date().Match(text) is { Success: true } match && IsDate(match),
        "time" => Time().Match(text) is { Success: true } match && IsTime(match),
        "duration" => text.Length > 2 && Duration().IsMatch(text),
        "email" => text.LastIndexOf('@') is > 0 and var at && at < text.Length - 1 && (text[0] == '"' || !text.Contains(' ', StringComparison.Ordinal)),
        "ipv4" => IPAddress.TryParse(text, out var four) && four.AddressFamily == AddressFamily.InterNetwork && four.ToString() == text,
        "ipv6" => IPAddress.TryParse(text, out var six) && six.AddressFamily == AddressFamily.InterNetworkV6 && !text.AsSpan().ContainsAny("[]%/"),
        "uuid" => Uuid().IsMatch(text),
        "uri" => AbsoluteUri().IsMatch(text),
        "hostname" => text.Length <= 253 && Hostname().IsMatch(text),
        _ => true,
    };

    /// <summary>RFC 3339, 5.6.</summary>
    [GeneratedRegex("^(?<date>[0-9]{4}-[0-9]{2}-[0-9]{2})\\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Date();

    [GeneratedRegex("^(?<time>[0-9]{2}:[0-9]{2}:[0-9]{2})(\\.[0-9]+)?([Zz]|(?<offset>[+-][0-9]{2}:[0-9]{2}))\\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Time();

    [GeneratedRegex("^(?<date>[0-9]{4}-[0-9]{2}-[0-9]{2})[Tt](?<time>[0-9]{2}:[0-9]{2}:[0-9]{2})(\\.[0-9]+)?([Zz]|(?<offset>[+-][0-9]{2}:[0-9]{2}))\\z", RegexOptions.ExplicitCapture)]
    private static partial Regex DateTime();

    /// <summary>RFC 3339, appendix A.</summary>
    [GeneratedRegex("^P([0-9]+W|([0-9]+Y)?([0-9]+M)?([0-9]+D)?(T(?=[0-9])([0-9]+H)?([0-9]+M)?([0-9]+S)?)?)\\z")]
    private static partial Regex Duration();

    /// <summary>RFC 4122, 3.</summary>
    [GeneratedRegex("^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\\z")]
    private static partial Regex Uuid();

    /// <summary>RFC 3986, 3, and what people and models write without escapes: the letters of RFC 3987, and brackets after the host.</summary>
    [GeneratedRegex("""
        ^[A-Za-z][A-Za-z0-9+.-]*:
        (//([^\s\p{Cc}"<>\\^`{|}/?\#@\[\]]*@)?(\[[^\s\p{Cc}"<>\\^`{|}/?\#@\[\]]+\]|[^\s\p{Cc}"<>\\^`{|}/?\#@\[\]:]*)(:[0-9]*)?(?=[/?\#]|\z)|(?!//))
        [^\s\p{Cc}"<>\\^`{|}\#]*(\#[^\s\p{Cc}"<>\\^`{|}\#]*)?\z
        """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex AbsoluteUri();

    /// <summary>RFC 1123, 2.1.</summary>
    [GeneratedRegex("^(?!-)[A-Za-z0-9-]{1,63}(?<!-)(\\.(?!-)[A-Za-z0-9-]{1,63}(?<!-))*\\z")]
    private static partial Regex Hostname();

    private static bool IsDate(Match match)
    {
        var date = match.Groups["date"].ValueSpan;
        var (year, month, day) = (Read(date[..4]), Read(date[5..7]), Read(date[8..]));
        // RFC 3339 allows the year 0; it is a leap year like every other multiple of 400.
        return month is >= 1 and <= 12 && day >= 1 && day <= System.DateTime.DaysInMonth(year == 0 ? 400 : year, month);
    }

    private static bool IsTime(Match match)
    {
        var time = match.Groups["time"].ValueSpan;
        var (hour, minute, second) = (Read(time[..2]), Read(time[3..5]), Read(time[6..]));
        var offset = 0;
        if (match.Groups["offset"] is { Success: true, ValueSpan: var text })
        {
            var (hours, minutes) = (Read(text[1..3]), Read(text[4..]));
            if (hours > 23 || minutes > 59)
                return false;
            offset = (text[0] == '-' ? -1 : 1) * ((hours * 60) + minutes);
        }

        if (hour > 23 || minute > 59)
            return false;
        // A leap second is the last second of a day in UTC.
        var minuteOfDay = ((hour * 60) + minute - offset + MinutesOfDay) % MinutesOfDay;
        return second < 60 || (second == 60 && minuteOfDay == MinutesOfDay - 1);
    }

    private static int Read(ReadOnlySpan<char> digits) => int.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture);
}
