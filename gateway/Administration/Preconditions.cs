using System.Globalization;
using Dragoman.Locales;

namespace Dragoman.Administration;

/// <summary>ETags and the headers that name them (RFC 9110 8.8.3, 13.1).</summary>
internal static class Preconditions
{
    private static Wording Form => MistakeText.NoEtags;

    /// <summary>The ETag of a version.</summary>
    public static string ETagOf(long version) => string.Create(CultureInfo.InvariantCulture, $"\"{version}\"");

    /// <exception cref="RefusedCall"><c>If-Match</c> is malformed, or does not list the version.</exception>
    public static void RequireMatch(AdminCall call, long version)
    {
        if (call.IfMatch is { } header && !Lists(header, "If-Match", ETagOf(version), weak: false))
            throw new RefusedCall(Problem.Precondition(ETagOf(version)));
    }

    /// <summary>Whether the client has this version already.</summary>
    /// <exception cref="RefusedCall"><c>If-None-Match</c> is malformed.</exception>
    public static bool IsKnown(AdminCall call, long version) =>
        call.IfNoneMatch is { } header && Lists(header, "If-None-Match", ETagOf(version), weak: true);

    private static bool Lists(string header, string name, string etag, bool weak)
    {
        if (header.Trim() == "*")
            return true;
        var found = false;
        foreach (var part in header.Split(','))
        {
            var entry = part.Trim();
            if (entry.Length == 0)
                continue;
            var isWeak = entry.StartsWith("W/", StringComparison.Ordinal);
            var value = isWeak ? entry[2..] : entry;
            if (value.Length < 2 || value[0] != '"' || value[^1] != '"' || value[1..^1].Contains('"'))
                throw new RefusedCall(Problem.Invalid(Mistake.InHeader(name, Form)));
            found |= value == etag && (weak || !isWeak);
        }

        return found || (header.Trim(' ', ',').Length == 0 ? throw new RefusedCall(Problem.Invalid(Mistake.InHeader(name, Form))) : false);
    }
}
