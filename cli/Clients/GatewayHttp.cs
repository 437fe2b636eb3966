using System.Net.Http.Headers;

namespace Dragoman.Cli.Clients;

/// <summary>Sends HTTP requests and explains why there is no answer.</summary>
internal static class GatewayHttp
{
    /// <summary>Deleting a team with many keys takes minutes.</summary>
    private static readonly TimeSpan LongestCall = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan LongestConnect = TimeSpan.FromSeconds(15);

    /// <summary>The largest answer in bytes.</summary>
    private const int LargestAnswer = 16 * 1024 * 1024;

    /// <param name="isLoopback">Whether all requests go to this machine, where no proxy may see their keys.</param>
    public static HttpClient Create(bool isLoopback)
    {
        // A redirect could lead the key to somebody else.
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, ConnectTimeout = LongestConnect, UseProxy = !isLoopback };
        var client = new HttpClient(handler) { Timeout = LongestCall, MaxResponseContentBufferSize = LargestAnswer };
        client.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue(CommandTree.Program, CommandTree.Version));
        return client;
    }

    /// <summary>Sends a request.</summary>
    /// <param name="http">The client.</param>
    /// <param name="request">The request; it is disposed.</param>
    /// <param name="option">Whether the whole answer is waited for.</param>
    /// <param name="doubt">What to add to the message when there is no answer.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <exception cref="CliFailure">There is no answer.</exception>
    public static async Task<HttpResponseMessage> SendAsync(HttpClient http, HttpRequestMessage request, HttpCompletionOption option, string doubt, CancellationToken cancellation)
    {
        using (request)
        {
            var server = request.RequestUri!.GetLeftPart(UriPartial.Authority);
            try
            {
                return await http.SendAsync(request, option, cancellation).ConfigureAwait(false);
            }
            catch (HttpRequestException error)
            {
                throw new CliFailure(ExitCode.Failed, $"{server} does not answer: {error.InnerException?.Message ?? error.Message}{doubt}");
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                throw new CliFailure(ExitCode.Failed, $"{server} has not answered within {LongestCall.TotalMinutes} minutes{doubt}");
            }
        }
    }
}
