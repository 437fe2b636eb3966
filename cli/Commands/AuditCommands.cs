using System.CommandLine;
using System.Text.Json;
using Dragoman.Cli.Output;

namespace Dragoman.Cli.Commands;

/// <summary><c>audit</c>.</summary>
internal static class AuditCommands
{
    private static readonly IReadOnlyList<Column> Columns =
    [
        Column.Of("POSITION", "position"), Column.Minute("TIME", "time"), Column.Of("ACTION", "action"), Column.Of("TEAM", "target", "team"),
        Column.Of("TARGET", "target", "id"), new("BY", ActorOf), Column.Of("FROM", "actor", "address"),
    ];

    public static Command Create(AdminRunner runner)
    {
        var team = TeamOption.Of("Lists the changes of this team only.");
        var list = new CliCommand("list", "Lists all changes, the oldest first: who, when, from where, what.")
        {
            Examples = ["dragoman audit list --team web", "dragoman audit list --all --json"],
            Notes = ["With --json every entry also has the state before and after the change. No entry contains a secret."],
        };
        list.Add(team);
        var options = new ListOptions(list);
        list.SetAction((parse, cancellation) => runner.ListAsync(parse, options, runner.Call("GET", "audit", ("team", parse.GetValue(team))), "changes", Columns, cancellation));
        return new CliCommand("audit", "The log of all changes.") { list };
    }

    private static string ActorOf(JsonElement entry)
    {
        var kind = JsonView.Text(entry, "actor", "kind");
        var (user, key) = (JsonView.Text(entry, "actor", "user"), JsonView.Text(entry, "actor", "key"));
        return user != "-" ? $"{kind} {user}" : key != "-" ? $"{kind} {key}" : kind;
    }
}
