using Dragoman.Configuration;
using Dragoman.Endpoints;
using Dragoman.Pipeline;
using Dragoman.Startup;

namespace Dragoman.Hosting;

/// <summary>Reads what a process is to serve. It reports the operator's mistakes on standard error, each on one line.</summary>
public static class StartSnapshot
{
    /// <summary>The exit code after a mistake in an argument, a variable or the configuration.</summary>
    public const int MistakeExitCode = 2;

    /// <summary>Reads the configuration of a process for which another program chooses the arguments and the port.</summary>
    /// <param name="name">The executable's name, for messages.</param>
    /// <param name="telemetry">What leaves the process; nothing for Prometheus, for which there is no port.</param>
    /// <returns>The snapshot, which the caller disposes; null after mistakes.</returns>
    public static GatewaySnapshot? TryRead(string name, out TelemetrySettings telemetry)
    {
        var read = TelemetrySettings.Off;
        var snapshot = ReportMistakes(name, () =>
        {
            var settings = StartSettings.Read([], ProcessEnvironment.Read(), name, portVariable: "", 0, out _);
            read = settings.Telemetry with { Prometheus = null };
            return SnapshotOf(settings);
        });
        telemetry = read;
        return snapshot;
    }

    /// <summary>Reads the settings and the configuration.</summary>
    /// <param name="arguments">The arguments of the process; see <see cref="StartSettings"/>.</param>
    /// <param name="name">The executable's name, for messages.</param>
    /// <param name="portVariable">The environment variable with the port.</param>
    /// <param name="defaultPort">The port when neither an argument nor the variable sets one.</param>
    /// <param name="settings">The settings; null when there is no snapshot.</param>
    /// <param name="page">The text to print instead of serving; null when the process is to serve, and after mistakes.</param>
    /// <returns>The snapshot, which the caller disposes; null after mistakes, and when there is a page.</returns>
    internal static GatewaySnapshot? TryRead(
        string[] arguments, string name, string portVariable, int defaultPort, out StartSettings settings, out string? page)
    {
        var (read, text) = ((StartSettings?)null, (string?)null);
        var snapshot = ReportMistakes(name, () =>
        {
            read = StartSettings.Read(arguments, ProcessEnvironment.Read(), name, portVariable, defaultPort, out text);
            if (text is not null)
                return null;
            OpenNetwork.RefuseUnlessAllowed(read.Address, read.Configuration.Access);
            var found = SnapshotOf(read);
            if (!read.ListsProviders)
                return found;
            using (found)
                text = ProviderList.Of(found);
            return null;
        });
        (settings, page) = (read!, text);
        return snapshot;
    }

    private static GatewaySnapshot SnapshotOf(StartSettings settings)
    {
        if (settings.Configuration.Access.AdminPort is { } port && port == settings.Port)
            throw new ConfigurationException([$"/access/adminPort is {port}, which is the port of the clients; allowed: another one"]);
        if (settings.Telemetry.Prometheus is { Port: var metrics } && settings.Configuration.Access.AdminPort == metrics)
            throw new ConfigurationException([$"/access/adminPort is {metrics}, which is the port of the metrics; allowed: another one"]);
        try
        {
            return new(settings.Configuration, TimeProvider.System);
        }
        catch (FormatException error)
        {
            throw new ConfigurationException([$"/store/connection cannot be used: {error.Message}"]);
        }
    }

    private static GatewaySnapshot? ReportMistakes(string name, Func<GatewaySnapshot?> read)
    {
        try
        {
            return read();
        }
        catch (ConfigurationException error)
        {
            foreach (var mistake in error.Mistakes)
                StandardStreams.WriteErrorLine($"{name}: {Printable.Line(mistake)}");
            return null;
        }
    }
}
