using System.CommandLine;
using Dragoman.Cli.Fields;
using Dragoman.Cli.Output;

namespace Dragoman.Cli.Commands;

/// <summary><c>user</c>.</summary>
internal static class UserCommands
{
    private const string User = "USER";
    private const string IdDescription = $"The user's id in the team: {Access.Directory.User.IdRule}.";

    private static readonly IReadOnlyList<Column> Columns =
    [
        Column.Of("TEAM", "team"), Column.Of("USER", "id"), Column.Of("NAME", "name"), new("STATE", JsonView.StateOf), Column.Of("ROLES", "roles"),
        Column.Day("CREATED", "createdAt"),
    ];

    public static Command Create(AdminRunner runner) => new CliCommand("user", "Users: people and services of a team, their roles and limits.")
    {
        CreateOne(runner), List(runner), Show(runner), Set(runner), Delete(runner),
    };

    private static FieldSet Fields() => new([FieldSet.Name(), new DisabledField(), FieldSet.Roles(), .. FieldSet.Limits(), .. FieldSet.Budgets()]);

    private static CliCommand CreateOne(AdminRunner runner)
    {
        var id = IdArgument.Of(User, IdDescription);
        var team = TeamOption.Of("The user's team; the caller's own team if not given.");
        var fields = Fields();
        var command = new CliCommand("create", "Creates a user.") { Examples = ["dragoman user create anna@example.com --team web --role lead"] };
        command.Add(id);
        command.Add(team);
        fields.AddTo(command);
        var changes = new ChangeOptions(command, changesPresent: false);
        command.SetAction((parse, cancellation) =>
        {
            var body = fields.Read(parse);
            body.Set(User, parse.GetRequiredValue(id), "id");
            if (parse.GetValue(team) is { } name)
                body.Set(team.Name, name, "team");
            return runner.RunAsync(parse, changes.Apply(parse, runner.Call("POST", "users")), body, answer => Shown.Changed(runner, parse, answer), cancellation);
        });
        return command;
    }

    private static CliCommand List(AdminRunner runner)
    {
        var team = TeamOption.Of("Lists the users of this team only.");
        var command = new CliCommand("list", "Lists the users.") { Examples = ["dragoman user list --team web"] };
        command.Add(team);
        var options = new ListOptions(command);
        command.SetAction((parse, cancellation) => runner.ListAsync(parse, options, runner.Call("GET", "users", ("team", parse.GetValue(team))), "users", Columns, cancellation));
        return command;
    }

    private static CliCommand Show(AdminRunner runner)
    {
        var (id, team) = (IdArgument.Of(User, IdDescription), TeamOption.Required());
        var etag = Shown.ETagOption();
        var command = new CliCommand("show", "Shows a user.") { Examples = ["dragoman user show anna@example.com --team web"] };
        command.Add(id);
        command.Add(team);
        command.Add(etag);
        command.SetAction((parse, cancellation) => Shown.ShowAsync(runner, parse, etag, runner.Call("GET", PathOf(parse, team, id)), cancellation));
        return command;
    }

    private static CliCommand Set(AdminRunner runner)
    {
        var (id, team) = (IdArgument.Of(User, IdDescription), TeamOption.Required());
        var fields = Fields();
        var command = new CliCommand("set", "Changes a user. What is not given stays as it is.") { Examples = ["dragoman user set anna@example.com --team web --disable"] };
        command.Add(id);
        command.Add(team);
        fields.AddWithClearTo(command);
        var changes = new ChangeOptions(command, changesPresent: true);
        command.SetAction((parse, cancellation) => runner.RunAsync(
            parse,
            changes.Apply(parse, runner.Call("PATCH", PathOf(parse, team, id))),
            fields.ReadChange(parse),
            answer => Shown.Changed(runner, parse, answer),
            cancellation));
        return command;
    }

    private static CliCommand Delete(AdminRunner runner)
    {
        var (id, team) = (IdArgument.Of(User, IdDescription), TeamOption.Required());
        var command = new CliCommand("delete", "Deletes a user.") { Examples = ["dragoman user delete anna@example.com --team web --force"] };
        command.Add(id);
        command.Add(team);
        var deletion = new Deletion(runner, command);
        command.SetAction((parse, cancellation) => deletion.RunAsync(parse, PathOf(parse, team, id), $"user {parse.GetRequiredValue(id)}", cancellation));
        return command;
    }

    private static string PathOf(ParseResult parse, Option<string> team, Argument<string> id) => $"users/{parse.GetRequiredValue(team)}/{parse.GetRequiredValue(id)}";
}
