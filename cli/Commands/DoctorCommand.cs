using System.CommandLine;
using System.Globalization;
using Dragoman.Cli.Output;
using Dragoman.Configuration;
using Dragoman.Diagnosis;
using Dragoman.Pipeline;

namespace Dragoman.Cli.Commands;

/// <summary><c>doctor</c>, which examines what the gateway needs.</summary>
internal static class DoctorCommand
{
    private const string ConfigVariable = "DRAGOMAN_CONFIG";
    private const string PortVariable = "DRAGOMAN_SIDECAR_PORT";
    private const int DefaultPort = 5081;
    private const int LongestTimeout = 600;

    public static Command Create(AdminRunner runner)
    {
        var free = new Option<bool>("--no-generate") { Description = "Lets no provider generate a token, which costs a little." };
        var timeout = new Option<int>("--timeout") { HelpName = "SECONDS", Description = "How long one step may take; 10 if not given.", DefaultValueFactory = static _ => 10 };
        var command = new CliCommand("doctor", "Examines what the gateway needs: configuration, identity, store, providers, and the gateway itself.")
        {
            Examples = ["dragoman doctor", "DRAGOMAN_CONFIG=/etc/dragoman/gateway.json dragoman doctor --no-generate", "dragoman doctor --url https://gateway.example.com --json"],
            Notes =
            [
                "It reads the configuration as the gateway does, so run it where the gateway runs, with its variables and as its user. Each line says what was found, and each line with a mistake what to do. Begin with the first mistake: those below may follow from it.",
                "It creates the tables of an empty store, writes one document and deletes it. Each provider is asked for its models, and its cheapest model for a few tokens.",
                "It exits with 0 if everything works, also with warnings; with 1 if something does not; and with 2 if the configuration has a mistake.",
            ],
        };
        command.Add(free);
        command.Add(timeout);
        command.SetAction(async (parse, cancellation) =>
        {
            var seconds = parse.GetValue(timeout);
            if (seconds is < 1 or > LongestTimeout)
                throw CliFailure.Usage($"--timeout: must be a whole number of seconds from 1 to {LongestTimeout}");
            if (runner.NamesStore(parse))
                throw CliFailure.Usage("--store: doctor examines the store of the configuration; name another one in DRAGOMAN__store__connection");
            var report = new DoctorReport(runner.Context.Terminal, runner.WantsJson(parse), runner.IsQuiet(parse));
            var options = new DoctorOptions(TimeSpan.FromSeconds(seconds), !parse.GetValue(free))
            {
                Gateway = runner.FindGateway(parse)?.UriOf("", []),
                SidecarPort = int.TryParse(runner.Context.Variable(PortVariable), NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port > 0 ? port : DefaultPort,
            };
            using var snapshot = Read(runner.Context, report);
            if (snapshot is not null)
            {
                await foreach (var finding in new Doctor(options, runner.Context.Clock).ExamineAsync(snapshot, cancellation).ConfigureAwait(false))
                    report.Add(finding);
            }

            report.End();
            return snapshot is null ? ExitCode.Usage : report.Worst == FindingState.Failed ? ExitCode.Failed : ExitCode.Done;
        });
        return command;
    }

    /// <summary>Null after mistakes, each of which is a finding.</summary>
    private static GatewaySnapshot? Read(CliContext context, DoctorReport report)
    {
        IEnumerable<string> mistakes;
        try
        {
            var file = context.Variable(ConfigVariable);
            return new GatewaySnapshot(ConfigurationReader.Read(file, context.Environment, file is null ? null : $"environment variable {ConfigVariable}"), context.Clock);
        }
        catch (ConfigurationException error)
        {
            mistakes = error.Mistakes;
        }
        catch (FormatException error)
        {
            mistakes = [$"/store/connection cannot be used: {error.Message}"];
        }

        foreach (var mistake in mistakes)
            report.Add(new("configuration", "content", FindingState.Failed, mistake, "correct it; the gateway does not start with it"));
        return null;
    }
}
