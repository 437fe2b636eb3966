using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Dragoman.FunctionsHost;

/// <summary>Sends requests to a worker's HTTP server and its answers to the clients, both without buffering, as the Functions host does.</summary>
internal sealed class HttpForwarding : IDisposable
{
    /// <summary>The header that pairs a request with its invocation.</summary>
    public const string InvocationId = "x-ms-invocation-id";

    /// <summary>How often the host tries to connect. A worker may have loaded its functions before its HTTP server listens.</summary>
    private const int MostTries = 10;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);

    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(250);

    /// <summary>Headers that belong to one connection.</summary>
    private static readonly HashSet<string> OfTheConnection = new(StringComparer.OrdinalIgnoreCase)
    {
        "Connection", "Keep-Alive", "Proxy-Connection", "TE", "Trailer", "Transfer-Encoding", "Upgrade", "Host",
    };

    private readonly HttpMessageInvoker invoker = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        AutomaticDecompression = DecompressionMethods.None,
        ActivityHeadersPropagator = null,
    });

    /// <summary>Sends the request and returns when the head of the answer is there. Canceled when the client leaves.</summary>
    public async Task<HttpResponseMessage> SendAsync(HttpContext http, Uri worker, string invocation)
    {
        var pause = FirstPause;
        for (var tries = 1; ; tries++)
        {
            try
            {
                return await invoker.SendAsync(RequestOf(http, worker, invocation), http.RequestAborted).ConfigureAwait(false);
            }
            catch (HttpRequestException exception) when (exception.HttpRequestError == HttpRequestError.ConnectionError && tries < MostTries)
            {
                await Task.Delay(pause, http.RequestAborted).ConfigureAwait(false);
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            }
        }
    }

    /// <summary>Copies an answer; every piece goes on as it arrives.</summary>
    /// <returns>Whether the answer had a body.</returns>
    public static async Task<bool> CopyAsync(HttpResponseMessage answer, HttpContext http)
    {
        http.Response.StatusCode = (int)answer.StatusCode;
        foreach (var (name, values) in answer.Headers.NonValidated.Concat(answer.Content.Headers.NonValidated))
        {
            if (!OfTheConnection.Contains(name))
                http.Response.Headers[name] = values.ToArray();
        }

        var isEmpty = true;
        var body = await answer.Content.ReadAsStreamAsync(http.RequestAborted).ConfigureAwait(false);
        var buffer = new byte[16 * 1024];
        int count;
        while ((count = await body.ReadAsync(buffer, http.RequestAborted).ConfigureAwait(false)) > 0)
        {
            isEmpty = false;
            await http.Response.Body.WriteAsync(buffer.AsMemory(0, count), http.RequestAborted).ConfigureAwait(false);
            await http.Response.Body.FlushAsync(http.RequestAborted).ConfigureAwait(false);
        }

        return !isEmpty;
    }

    public void Dispose() => invoker.Dispose();

    private static HttpRequestMessage RequestOf(HttpContext http, Uri worker, string invocation)
    {
        var request = new HttpRequestMessage(new HttpMethod(http.Request.Method), new Uri(worker.GetLeftPart(UriPartial.Authority) + TargetOf(http), new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }))
        {
            Version = HttpVersion.Version11,
        };
        if (http.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == true)
            request.Content = new StreamContent(http.Request.Body);
        foreach (var (name, values) in http.Request.Headers)
        {
            if (!OfTheConnection.Contains(name) && !request.Headers.TryAddWithoutValidation(name, values.ToArray()))
                request.Content?.Headers.TryAddWithoutValidation(name, values.ToArray());
        }

        // The host sets what it knows of the client, but it keeps an invocation id that the client has sent.
        Set("X-Forwarded-For", $"{http.Connection.RemoteIpAddress}");
        Set("X-Forwarded-Host", http.Request.Host.Value ?? "");
        Set("X-Forwarded-Proto", http.Request.Scheme);
        if (!request.Headers.Contains(InvocationId))
            request.Headers.Add(InvocationId, invocation);
        return request;

        void Set(string name, string value)
        {
            request.Headers.Remove(name);
            request.Headers.TryAddWithoutValidation(name, value);
        }
    }

    /// <summary>The client's path and query. The host encodes an encoded slash once more.</summary>
    private static string TargetOf(HttpContext http)
    {
        var target = http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var query = target.IndexOf('?');
        var path = query < 0 ? target : target[..query];
        return path.Replace("%2F", "%252F", StringComparison.OrdinalIgnoreCase) + (query < 0 ? "" : target[query..]);
    }
}
