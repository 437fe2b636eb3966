using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace Dragoman.Schemas;

/// <summary>The common values of <c>format</c>; any other says nothing.</summary>
internal static partial class SchemaFormat
{
    private static readonly string[] Offsets = ["HH:mm:ssK", "HH:mm:ss.FFFFFFFK"];
    private static readonly string[] DateTimes = ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"];

    public static bool Fits(string format, string text) => format switch
    {
        "date-time" => HasOffset(text) && DateTimeOffset.TryParseExact(text.ToUpperInvariant(), DateTimes, CultureInfo.InvariantCulture, DateTimeStyles.None, out _),
        "date" => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _),
        "time" => HasOffset(text) && DateTimeOffset.TryParseExact(text.ToUpperInvariant(), Offsets, CultureInfo.InvariantCulture, DateTimeStyles.None, out _),
        "duration" => text.Length > 2 && Duration().IsMatch(text),
        "email" => text.IndexOf('@', StringComparison.Ordinal) is > 0 and var at && at < text.Length - 1 && !text.Contains(' ', StringComparison.Ordinal),
        "ipv4" => IPAddress.TryParse(text, out var four) && four.AddressFamily == AddressFamily.InterNetwork && four.ToString() == text,
        "ipv6" => IPAddress.TryParse(text, out var six) && six.AddressFamily == AddressFamily.InterNetworkV6 && !text.AsSpan().ContainsAny("[]%"),
        "uuid" => Guid.TryParseExact(text, "D", out _),
        "uri" => Uri.TryCreate(text, UriKind.Absolute, out _) && text.Contains(':', StringComparison.Ordinal) && text[0] != '/',
        "hostname" => text.Length <= 253 && Uri.CheckHostName(text) == UriHostNameType.Dns && !text.Contains('_', StringComparison.Ordinal),
        _ => true,
    };

    /// <summary>RFC 3339, appendix A.</summary>
    [GeneratedRegex("^P([0-9]+W|([0-9]+Y)?([0-9]+M)?([0-9]+D)?(T(?=[0-9])([0-9]+H)?([0-9]+M)?([0-9]+S)?)?)\\z")]
    private static partial Regex Duration();

    private static bool HasOffset(string text) => text.EndsWith('Z') || text.EndsWith('z') || (text.Length > 6 && text[^6] is '+' or '-');
}
