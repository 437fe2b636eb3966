using System.Net;

namespace Dragoman.Diagnosis;

/// <summary>Asks a running gateway, or those of this machine, whether it accepts requests.</summary>
internal sealed class GatewayExamination(DoctorOptions options)
{
    private const string Subject = "gateway";

    public async Task<IReadOnlyList<Finding>> RunAsync(CancellationToken cancellation)
    {
        using var connections = new HttpMessageInvoker(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = options.Gateway is { IsLoopback: false } });
        if (options.Gateway is { } given)
            return [await AskAsync(connections, "given", given, isOptional: false, isFront: false, cancellation).ConfigureAwait(false)];
        return
        [
            await AskAsync(connections, "process", new Uri($"http://127.0.0.1:{options.SidecarPort}"), isOptional: true, isFront: false, cancellation).ConfigureAwait(false),
            await AskAsync(connections, "front", new Uri($"http://127.0.0.1:{options.FrontPort}"), isOptional: true, isFront: true, cancellation).ConfigureAwait(false),
        ];
    }

    private async Task<Finding> AskAsync(HttpMessageInvoker connections, string check, Uri address, bool isOptional, bool isFront, CancellationToken cancellation)
    {
        var place = address.GetLeftPart(UriPartial.Authority);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(address.AbsoluteUri.TrimEnd('/') + "/ready"));
            using var answer = await Patience.RunAsync(options.Patience, ending => connections.SendAsync(request, ending), cancellation).ConfigureAwait(false);
            // Every answer of the gateway has it, and no other server's.
            if (!answer.Headers.Contains("X-Request-Id"))
                return new(Subject, check, FindingState.Warning, $"something else than Dragoman answers at {place}", "give the gateway's address with --url, or stop what listens there, such as Ollama");
            if (answer.StatusCode == HttpStatusCode.ServiceUnavailable)
                return new(Subject, check, FindingState.Warning, $"{place} is stopping, or its nginx reaches no process", "look at the logs of the processes; a process that was stopped is ready again after its start");
            if (!answer.IsSuccessStatusCode)
                return new(Subject, check, FindingState.Failed, $"{place}/ready answered with status {(int)answer.StatusCode}", Advice((int)answer.StatusCode));
            var server = answer.Headers.Server.ToString();
            return isFront && !server.StartsWith("nginx", StringComparison.OrdinalIgnoreCase)
                ? new(Subject, check, FindingState.Warning, $"the gateway answers at {place} without nginx in front", "start nginx there, or the gateway on a port of its own; see docs/operations.md")
                : new(Subject, check, FindingState.Good, $"{place} accepts requests");
        }
        catch (TimeoutException error)
        {
            return new(Subject, check, FindingState.Failed, $"{place}: {error.Message}", "look at the gateway's log and at the load of its machine");
        }
        catch (HttpRequestException error) when (isOptional && error.HttpRequestError == HttpRequestError.ConnectionError)
        {
            return new(Subject, check, FindingState.Skipped, $"nothing listens at {place}");
        }
        catch (HttpRequestException error)
        {
            return new(Subject, check, FindingState.Failed, $"{place} cannot be asked: {error.InnerException?.Message ?? error.Message}", "check the address of --url, and that the gateway runs");
        }
    }

    private static string Advice(int status) => status switch
    {
        403 => "add the host name of the address to /access/hosts",
        404 => "the address may only be the gateway's own, without a path",
        >= 300 and < 400 => "give the address to which it leads",
        _ => "look at the gateway's log",
    };
}
