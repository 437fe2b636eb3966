using System.CommandLine;
using Dragoman.Administration;
using Dragoman.Cli.Fields;
using Dragoman.Cli.Output;

namespace Dragoman.Cli.Commands;

/// <summary><c>budget</c>: what the organization, a team, a user, a key or the requests with a tag may spend, and what is left.</summary>
internal static class BudgetCommands
{
    private const string Budgets = "budgets";

    private static readonly IReadOnlyList<Column> Columns =
    [
        Column.Of("SCOPE", "scope"), Column.Of("ID", "id"), Column.Of("TEAM", "team"), Column.Of("PERIOD", "period"), Column.Of("LIMIT", "limit"), Column.Of("SPENT", "spent"),
        Column.Of("RESERVED", "reserved"), Column.Of("LEFT", "left"), Column.Of("RESETS", "resetsAt"),
    ];

    public static Command Create(AdminRunner runner) => new CliCommand("budget", "What may be spent, in US dollars, and what is left.") { Show(runner), Set(runner) };

    private static CliCommand Show(AdminRunner runner)
    {
        var (team, user, key, tag) = Whose();
        var command = new CliCommand("show", "Shows the budgets of a team, a user or a key with those around it, or of a tag; without any of them those of the organization.")
        {
            Examples = ["dragoman budget show --team web", "dragoman budget show --key AbCdEfGhIjKl", "dragoman budget show --tag project=x", "dragoman budget show"],
        };
        command.Add(key);
        command.Add(tag);
        command.Add(team);
        command.Add(user);
        command.SetAction((parse, cancellation) =>
        {
            var call = runner.Call("GET", "budgets", ("key", parse.GetValue(key)), ("tag", parse.GetValue(tag)), ("team", parse.GetValue(team)), ("user", parse.GetValue(user)));
            return runner.RunAsync(parse, call, null, answer => Show(runner, answer), cancellation);
        });
        return command;
    }

    private static CliCommand Set(AdminRunner runner)
    {
        var (team, user, key, tag) = Whose();
        var organization = new Option<bool>("--organization") { Description = "Sets the budgets of all teams together." };
        var fields = new FieldSet(
            new MoneyField("day", "US dollars for each day.", Budgets, "day"),
            new MoneyField("week", "US dollars for each week, from Monday.", Budgets, "week"),
            new MoneyField("month", "US dollars for each calendar month.", Budgets, "month"),
            new MoneyField("total", "US dollars in all.", Budgets, "total"),
            new PartField("warn-at", "The part of all of them from which they warn, such as 0.8.", Budgets, "warnAt"));
        var command = new CliCommand("set", "Sets budgets. What is not given stays as it is.")
        {
            Examples = ["dragoman budget set --team web --month 200 --day 20 --warn-at 0.8", "dragoman budget set --key AbCdEfGhIjKl --total 5", "dragoman budget set --organization --clear week", "dragoman budget set --team web --tag project=x --month 50"],
        };
        command.Add(organization);
        command.Add(key);
        command.Add(tag);
        command.Add(team);
        command.Add(user);
        fields.AddWithClearTo(command);
        var changes = new ChangeOptions(command, changesPresent: true);
        command.SetAction((parse, cancellation) =>
        {
            var path = PathOf(parse.GetValue(organization), parse.GetValue(team), parse.GetValue(user), parse.GetValue(key));
            var body = fields.ReadChange(parse);
            if (parse.GetValue(tag) is { } label)
            {
                if (parse.GetValue(user) is not null || parse.GetValue(key) is not null)
                    throw CliFailure.Usage("--tag is given together with --user or --key; allowed: --organization or --team");
                body.Move(Budgets, "tagBudgets", label);
            }

            return runner.RunAsync(parse, changes.Apply(parse, runner.Call("PATCH", path)), body, answer => Shown.Changed(runner, parse, answer), cancellation);
        });
        return command;
    }

    private static (Option<string> Team, Option<string> User, Option<string> Key, Option<string> Tag) Whose() => (
        TeamOption.Of("The budgets of this team."),
        new("--user") { HelpName = "USER", Description = "The budgets of this user of the team." },
        new("--key") { HelpName = "KEY-ID", Description = "The budgets of the key with this id, instead of those of a team." },
        new("--tag") { HelpName = "NAME=VALUE", Description = "The budgets of the requests with this tag: those of the team, or of all teams." });

    private static string PathOf(bool organization, string? team, string? user, string? key) => (organization, team, user, key) switch
    {
        (true, null, null, null) => "organization",
        (false, { } of, null, null) => $"teams/{Checked("--team", of)}",
        (false, { } of, { } who, null) => $"users/{Checked("--team", of)}/{Checked("--user", who)}",
        (false, null, null, { } of) => $"keys/{Checked("--key", of)}",
        _ => throw CliFailure.Usage("one of --organization, --team (with or without --user) and --key must be given"),
    };

    private static string Checked(string option, string text) =>
        IdArgument.Mistake(text) is { } mistake ? throw CliFailure.Usage($"{option} {Startup.Printable.Quote(text)}: {mistake}") : text;

    private static void Show(AdminRunner runner, AdminAnswer answer) =>
        Tables.WriteList(runner.Context.Terminal, Columns, AdminRunner.ParsedBody(answer).GetProperty("budgets"u8).EnumerateArray());
}
