using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Dragoman.Hosting;

/// <summary>
/// How large the head of a request may be. Kestrel refuses a larger one with an empty answer, so its limits stand above
/// those of nginx (<c>large_client_header_buffers</c>), which answers in the client's dialect.
/// </summary>
internal static class HeadLimits
{
    /// <summary>Bytes; nginx takes 16 KiB.</summary>
    private const int RequestLine = 32 * 1024;

    /// <summary>Bytes; nginx takes 33 KiB, of which it repeats <c>Host</c>, and adds less than 2 KiB.</summary>
    private const int Headers = 64 * 1024;

    /// <summary>Only newer nginx counts them (to 1,000): as many as fit, of three bytes each (a letter, a colon, a line feed).</summary>
    private const int Count = 12_000;

    public static void Apply(KestrelServerLimits limits)
    {
        limits.MaxRequestLineSize = RequestLine;
        limits.MaxRequestHeadersTotalSize = Headers;
        limits.MaxRequestHeaderCount = Count;
    }
}
