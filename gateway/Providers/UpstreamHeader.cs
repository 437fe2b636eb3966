using System.Buffers;
using System.Net.Http.Headers;

namespace Dragoman.Providers;

/// <summary>
/// Reads what a provider's headers say. A header is a courtesy beside the answer: what cannot be passed on or understood
/// is left out, and never costs the answer.
/// </summary>
internal static class UpstreamHeader
{
    /// <summary>Characters of an id that is passed on; longer ones are cut.</summary>
    public const int LongestId = 128;

    /// <summary>No client would wait longer for another try.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);

    /// <summary>Limits may be those of a month; what is longer is a mistake of the provider's.</summary>
    public static readonly TimeSpan LongestReset = TimeSpan.FromDays(366);

    private static readonly SearchValues<char> Visible = SearchValues.Create([.. Enumerable.Range(0x21, 0x7E - 0x20).Select(code => (char)code)]);

    /// <summary>The first value of a header; null when it is absent.</summary>
    public static string? First(HttpResponseHeaders headers, string name) =>
        headers.TryGetValues(name, out var values) ? values.FirstOrDefault() : null;

    /// <summary>An id as it can stand in a header of ours; null when it has anything but visible ASCII.</summary>
    public static string? IdOf(string? value) => value switch
    {
        null or "" => null,
        _ when value.AsSpan().ContainsAnyExcept(Visible) => null,
        { Length: > LongestId } => value[..LongestId],
        _ => value,
    };

    /// <summary>Whether a value can be sent to a provider: visible ASCII and blanks.</summary>
    public static bool CanSend(string value) => !value.AsSpan().ContainsAnyExceptInRange(' ', '~');
}
