using System.Buffers;
using System.Net.Http.Headers;

namespace Dragoman.Providers;

/// <summary>
/// Reads a provider's headers. They are only an addition to the answer: a header that cannot be forwarded or understood is
/// ignored, and the answer never fails because of it.
/// </summary>
internal static class UpstreamHeader
{
    /// <summary>The most characters of an id that is forwarded; a longer one is cut.</summary>
    public const int LongestId = 128;

    /// <summary>A longer wait is ignored, because no client would wait that long for a retry.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);

    /// <summary>A longer reset is ignored as a mistake of the provider. Some limits apply to a whole month.</summary>
    public static readonly TimeSpan LongestReset = TimeSpan.FromDays(366);

    private static readonly SearchValues<char> Visible = SearchValues.Create([.. Enumerable.Range(0x21, 0x7E - 0x20).Select(code => (char)code)]);

    /// <summary>The first value of a header; null when it is absent.</summary>
    public static string? First(HttpResponseHeaders headers, string name) =>
        headers.TryGetValues(name, out var values) ? values.FirstOrDefault() : null;

    /// <summary>An id that can be sent in a header of the gateway; null when it has other characters than visible ASCII.</summary>
    public static string? IdOf(string? value) => value switch
    {
        null or "" => null,
        _ when value.AsSpan().ContainsAnyExcept(Visible) => null,
        { Length: > LongestId } => value[..LongestId],
        _ => value,
    };

    /// <summary>Whether a value can be sent to a provider: only visible ASCII and spaces.</summary>
    public static bool CanSend(string value) => !value.AsSpan().ContainsAnyExceptInRange(' ', '~');
}
