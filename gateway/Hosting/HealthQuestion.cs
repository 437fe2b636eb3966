using System.Net;
using Dragoman.Startup;

namespace Dragoman.Hosting;

/// <summary>Asks a process on this machine whether it accepts requests. An image without a shell has no other program that could.</summary>
internal static class HealthQuestion
{
    private const int Healthy = 0;
    private const int NotHealthy = 1;

    /// <summary>Less than the time after which container engines give up by default, so that the reason is in their log.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Asks <c>/ready</c> once.</summary>
    /// <param name="name">The executable's name, for the message.</param>
    /// <param name="address">The address at which the process listens; the one for every network stands for loopback.</param>
    /// <param name="port">The port at which it listens.</param>
    /// <returns>The exit code: 0 when the answer is 200, else 1, with the reason on standard error.</returns>
    public static async Task<int> AskAsync(string name, IPAddress address, int port)
    {
        var reachable = address.Equals(IPAddress.Any) ? IPAddress.Loopback : address.Equals(IPAddress.IPv6Any) ? IPAddress.IPv6Loopback : address;
        var url = new Uri($"http://{new IPEndPoint(reachable, port)}/ready");
        var why = await FindWhyNotAsync(url).ConfigureAwait(false);
        if (why is null)
            return Healthy;
        StandardStreams.WriteErrorLine($"{name}: {url.AbsoluteUri} {Printable.Line(why)}");
        return NotHealthy;
    }

    private static async Task<string?> FindWhyNotAsync(Uri url)
    {
        // A proxy of the environment is for providers, and would answer in place of the process.
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = Patience };
        try
        {
            using var answer = await client.GetAsync(url).ConfigureAwait(false);
            return answer.StatusCode == HttpStatusCode.OK ? null : $"answers {(int)answer.StatusCode}";
        }
        catch (HttpRequestException error)
        {
            return $"cannot be reached: {error.Message}";
        }
        catch (TaskCanceledException)
        {
            return $"does not answer within {Patience.TotalSeconds} s";
        }
    }
}
