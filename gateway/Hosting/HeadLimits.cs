using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Dragoman.Hosting;

/// <summary>
/// The largest head of a request. Kestrel rejects a larger one with an empty response, so its limits are above those of nginx
/// (<c>large_client_header_buffers</c>), which answers in the client's dialect.
/// </summary>
internal static class HeadLimits
{
    /// <summary>Bytes; nginx accepts 16 KiB.</summary>
    private const int RequestLine = 32 * 1024;

    /// <summary>Bytes; nginx accepts 33 KiB, forwards <c>Host</c> twice and adds less than 2 KiB.</summary>
    private const int Headers = 64 * 1024;

    /// <summary>Only newer versions of nginx limit the count (to 1,000), so this many fit in: three bytes each (a letter, a colon, a line feed).</summary>
    private const int Count = 12_000;

    public static void Apply(KestrelServerLimits limits)
    {
        limits.MaxRequestLineSize = RequestLine;
        limits.MaxRequestHeadersTotalSize = Headers;
        limits.MaxRequestHeaderCount = Count;
    }
}
