using System.CommandLine;
using Dragoman.Cli.Fields;
using Dragoman.Cli.Output;

namespace Dragoman.Cli.Commands;

/// <summary><c>team</c>.</summary>
internal static class TeamCommands
{
    private const string Team = "TEAM";
    private const string IdDescription = $"The team's id: {Access.Directory.Team.IdRule}.";

    private static readonly IReadOnlyList<Column> Columns =
    [
        Column.Of("TEAM", "id"), Column.Of("NAME", "name"), new("STATE", JsonView.StateOf),
        Column.Of("REQUESTS/MIN", "limits", "requestsPerMinute"), Column.Of("TOKENS/MIN", "limits", "tokensPerMinute"),
        Column.Of("AT ONCE", "limits", "concurrentRequests"), Column.Day("CREATED", "createdAt"),
    ];

    public static Command Create(AdminRunner runner) => new CliCommand("team", "Teams: who pays, what its keys may use, and how much.")
    {
        CreateOne(runner), List(runner), Show(runner), Set(runner), Delete(runner),
    };

    private static FieldSet Fields() => new(
        [FieldSet.Name(), new DisabledField(), .. FieldSet.Allow(), .. FieldSet.Limits(), .. FieldSet.Limits("userLimits", "user-", " of each user"), .. FieldSet.Budgets(), .. FieldSet.Budgets("userBudgets", "user-", " of each user"), FieldSet.TimeZone(), new TagField()]);

    private static CliCommand CreateOne(AdminRunner runner)
    {
        var id = IdArgument.Of(Team, IdDescription);
        var fields = Fields();
        var command = new CliCommand("create", "Creates a team.")
        {
            Examples = ["dragoman team create web", "dragoman team create research --name 'Research' --allow-model 'gpt-5*' --tokens-per-minute 200000"],
        };
        command.Add(id);
        fields.AddTo(command);
        var changes = new ChangeOptions(command, changesPresent: false);
        command.SetAction((parse, cancellation) =>
        {
            var body = fields.Read(parse);
            body.Set(Team, parse.GetRequiredValue(id), "id");
            return runner.RunAsync(parse, changes.Apply(parse, runner.Call("POST", "teams")), body, answer => Shown.Changed(runner, parse, answer), cancellation);
        });
        return command;
    }

    private static CliCommand List(AdminRunner runner)
    {
        var command = new CliCommand("list", "Lists the teams.") { Examples = ["dragoman team list", "dragoman team list --all --json"] };
        var options = new ListOptions(command);
        command.SetAction((parse, cancellation) => runner.ListAsync(parse, options, runner.Call("GET", "teams"), "teams", Columns, cancellation));
        return command;
    }

    private static CliCommand Show(AdminRunner runner)
    {
        var id = IdArgument.Of(Team, IdDescription);
        var etag = Shown.ETagOption();
        var command = new CliCommand("show", "Shows a team.") { Examples = ["dragoman team show web"] };
        command.Add(id);
        command.Add(etag);
        command.SetAction((parse, cancellation) => Shown.ShowAsync(runner, parse, etag, runner.Call("GET", $"teams/{parse.GetRequiredValue(id)}"), cancellation));
        return command;
    }

    private static CliCommand Set(AdminRunner runner)
    {
        var id = IdArgument.Of(Team, IdDescription);
        var fields = Fields();
        var command = new CliCommand("set", "Changes a team. What is not given stays as it is.")
        {
            Examples = ["dragoman team set web --requests-per-minute 600 --concurrent-requests 20", "dragoman team set web --clear allow-model --clear tag:cost-center"],
        };
        command.Add(id);
        fields.AddWithClearTo(command);
        var changes = new ChangeOptions(command, changesPresent: true);
        command.SetAction((parse, cancellation) => runner.RunAsync(
            parse,
            changes.Apply(parse, runner.Call("PATCH", $"teams/{parse.GetRequiredValue(id)}")),
            fields.ReadChange(parse),
            answer => Shown.Changed(runner, parse, answer),
            cancellation));
        return command;
    }

    private static CliCommand Delete(AdminRunner runner)
    {
        var id = IdArgument.Of(Team, IdDescription);
        var command = new CliCommand("delete", "Deletes a team and its users.") { Examples = ["dragoman team delete web --force"] };
        command.Add(id);
        var deletion = new Deletion(runner, command);
        command.SetAction((parse, cancellation) => deletion.RunAsync(parse, $"teams/{parse.GetRequiredValue(id)}", $"team {parse.GetRequiredValue(id)}", cancellation));
        return command;
    }
}
