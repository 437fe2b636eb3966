using System.CommandLine;
using System.Text.Json;
using Dragoman.Administration;
using Dragoman.Cli.Output;

namespace Dragoman.Cli.Commands;

/// <summary><c>limits</c> and <c>whoami</c>, which show what limits somebody and by which scope.</summary>
internal static class LimitCommands
{
    private static readonly string[] Kinds = ["requestsPerMinute", "tokensPerMinute", "concurrentRequests"];

    public static Command Create(AdminRunner runner)
    {
        var team = TeamOption.Of("The limits of this team.");
        var user = new Option<string>("--user") { HelpName = "USER", Description = "The limits of this user of the team." };
        var key = new Option<string>("--key") { HelpName = "KEY-ID", Description = "The limits of the key with this id, instead of those of a team." };
        var show = new CliCommand("show", "Shows the limits of a key, a user or a team, with the tightest of each kind.")
        {
            Examples = ["dragoman limits show --key AbCdEfGhIjKl", "dragoman limits show --team web --user anna@example.com"],
        };
        show.Add(key);
        show.Add(team);
        show.Add(user);
        show.SetAction((parse, cancellation) =>
        {
            var call = runner.Call("GET", "limits", ("key", parse.GetValue(key)), ("team", parse.GetValue(team)), ("user", parse.GetValue(user)));
            return runner.RunAsync(parse, call, null, answer => Show(runner, answer), cancellation);
        });
        return new CliCommand("limits", "What limits somebody, and by which scope.") { show };
    }

    public static Command CreateWhoAmI(AdminRunner runner)
    {
        var command = new CliCommand("whoami", "Shows who calls: the team, the roles and the limits of the credential.")
        {
            Examples = ["dragoman whoami", "dragoman whoami --url https://gateway.example.com"],
        };
        command.SetAction((parse, cancellation) => runner.RunAsync(parse, runner.Call("GET", "whoami"), null, answer => Show(runner, answer), cancellation));
        return command;
    }

    private static void Show(AdminRunner runner, AdminAnswer answer)
    {
        var json = AdminRunner.ParsedBody(answer);
        var rows = json.EnumerateObject()
            .Where(static member => member.Name is not ("scopes" or "effective" or "allow"))
            .Select(static member => (JsonView.Words(member.Name), JsonView.Text(member.Value)))
            .ToList();
        foreach (var kind in Kinds)
            rows.Add((NameOf(kind), Effective(json, kind)));
        if (json.TryGetProperty("allow"u8, out var allow) && allow.ValueKind == JsonValueKind.Array)
        {
            foreach (var rules in allow.EnumerateArray())
                rows.AddRange(JsonView.Rows(rules).Where(static row => row is { Name: not "scope", Value: not "-" }).Select(row => ($"allowed {row.Name} by {JsonView.Text(rules, "scope")}", row.Value)));
        }

        Tables.WriteDetails(runner.Context.Terminal, rows);
    }

    private static string Effective(JsonElement json, string kind)
    {
        if (!json.TryGetProperty("effective"u8, out var effective) || !effective.TryGetProperty(kind, out var tightest) || tightest.ValueKind != JsonValueKind.Object)
            return "unlimited";
        var (value, scope, id) = (JsonView.Text(tightest, "value"), JsonView.Text(tightest, "scope"), JsonView.Text(tightest, "id"));
        return scope == id ? $"{value}, by the {scope}" : $"{value}, by the {scope} {id}";
    }

    private static string NameOf(string kind) => kind switch
    {
        "requestsPerMinute" => "requests a minute",
        "tokensPerMinute" => "tokens a minute",
        _ => "requests at once",
    };
}
