using System.Globalization;

namespace Dragoman.Conversation;

/// <summary>A time in UTC as RFC 3339 writes it, to the second.</summary>
public static class UtcText
{
    public static string Of(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
