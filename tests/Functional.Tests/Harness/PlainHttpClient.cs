namespace Dragoman.Functional.Tests.Harness;

/// <summary>An HTTP client without redirects, cookies or proxies. Disposing a response closes its connection at once.</summary>
internal static class PlainHttpClient
{
    public static HttpClient For(Uri address) =>
        new(new SocketsHttpHandler
        {
            UseProxy = false,
            AllowAutoRedirect = false,
            UseCookies = false,
            ResponseDrainTimeout = TimeSpan.Zero,
        })
        {
            BaseAddress = address,
            Timeout = Eventually.Deadline,
        };
}
