using System.CommandLine;
using Dragoman.Administration;

namespace Dragoman.Cli.Commands;

/// <summary>Deletes a team or a user, with its keys if that is wanted.</summary>
internal sealed class Deletion
{
    private readonly AdminRunner runner;
    private readonly ChangeOptions changes;
    private readonly Option<bool> force = new("--force") { Description = "Revokes its active keys first. Without it active keys prevent the deletion." };

    public Deletion(AdminRunner runner, Command command)
    {
        this.runner = runner;
        command.Add(force);
        changes = new(command, changesPresent: true);
    }

    /// <param name="parse">The arguments.</param>
    /// <param name="path">The path of what is deleted.</param>
    /// <param name="what">What it is, for the message.</param>
    /// <param name="cancellation">Ends the call.</param>
    public Task<int> RunAsync(ParseResult parse, string path, string what, CancellationToken cancellation)
    {
        var call = changes.Apply(parse, runner.Call("DELETE", path, ("force", parse.GetValue(force) ? "true" : null)));
        return runner.RunAsync(parse, call, null, Tell, cancellation, $"deleting the {what}");

        void Tell(AdminAnswer answer)
        {
            if (!runner.IsQuiet(parse))
                runner.Context.Terminal.Say($"Deleted the {what}.");
        }
    }
}
