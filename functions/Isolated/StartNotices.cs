using Dragoman.Hosting;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Dragoman.Functions.Isolated;

/// <summary>Logs what the operator should know about the configuration and the machine.</summary>
internal sealed partial class StartNotices(IServiceProvider services, ILogger<StartNotices> log) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var notice in GatewayServices.Notices(services))
            LogNotice(log, notice);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(LogLevel.Information, "{Notice}")]
    private static partial void LogNotice(ILogger log, string notice);
}
