namespace Dragoman.Functional.Tests.Harness;

/// <summary>An HTTP client that hides nothing: no redirects, cookies or proxies, and a response let go closes its connection at once.</summary>
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
