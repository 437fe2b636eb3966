using System.CommandLine;
using Dragoman.Cli.Fields;

namespace Dragoman.Cli.Commands;

/// <summary><c>organization</c>.</summary>
internal static class OrganizationCommands
{
    private const string Path = "organization";

    public static Command Create(AdminRunner runner) => new CliCommand("organization", "What all teams together may use.") { Show(runner), Set(runner) };

    private static CliCommand Show(AdminRunner runner)
    {
        var etag = Shown.ETagOption();
        var command = new CliCommand("show", "Shows what all teams together may use.") { Examples = ["dragoman organization show"] };
        command.Add(etag);
        command.SetAction((parse, cancellation) => Shown.ShowAsync(runner, parse, etag, runner.Call("GET", Path), cancellation));
        return command;
    }

    private static CliCommand Set(AdminRunner runner)
    {
        var fields = new FieldSet([.. FieldSet.Allow(), .. FieldSet.Limits(), .. FieldSet.Budgets(), FieldSet.TimeZone()]);
        var command = new CliCommand("set", "Changes what all teams together may use. What is not given stays as it is.")
        {
            Examples = ["dragoman organization set --concurrent-requests 500 --tokens-per-minute 2000000"],
        };
        fields.AddWithClearTo(command);
        var changes = new ChangeOptions(command, changesPresent: true);
        command.SetAction((parse, cancellation) => runner.RunAsync(
            parse, changes.Apply(parse, runner.Call("PATCH", Path)), fields.ReadChange(parse), answer => Shown.Changed(runner, parse, answer), cancellation));
        return command;
    }
}
