using System.CommandLine;
using System.Text.Json;
using Dragoman.Administration;
using Dragoman.Cli.Fields;
using Dragoman.Cli.Output;

namespace Dragoman.Cli.Commands;

/// <summary><c>key</c>. A new key's text is on the standard output once, and nowhere else.</summary>
internal static class KeyCommands
{
    private static readonly IReadOnlyList<Column> Columns =
    [
        Column.Of("KEY-ID", "id"), Column.Of("TEAM", "team"), Column.Of("NAME", "name"), Column.Of("USER", "user"), Column.Of("STATE", "state"),
        Column.Day("CREATED", "createdAt"), Column.Minute("EXPIRES", "expiresAt"),
    ];

    public static Command Create(AdminRunner runner) => new CliCommand("key", "Keys: what the clients of a team present.")
    {
        CreateOne(runner), List(runner), Show(runner), Set(runner), Revoke(runner), Rotate(runner),
    };

    private static FieldSet Fields() => new([FieldSet.Name(), new ExpiryField(), .. FieldSet.Allow(), .. FieldSet.Limits(), .. FieldSet.Budgets(), new TagField()]);

    private static CliCommand CreateOne(AdminRunner runner)
    {
        var team = TeamOption.Of("The key's team; the caller's own team if not given.");
        var user = new Option<string>("--user") { HelpName = "USER", Description = "The user of the team whose key it is; it has the user's roles and limits." };
        var fields = Fields();
        var command = new CliCommand("create", "Creates a key and prints its text, which is not shown again.")
        {
            Examples =
            [
                "dragoman key create --team web",
                "dragoman key create --team web --name ci --expires 30d --allow-model 'gpt-5*' --allow-network 10.0.0.0/8",
                "key=$(dragoman key create --team web --quiet)",
            ],
        };
        command.Add(team);
        command.Add(user);
        fields.AddTo(command);
        var changes = new ChangeOptions(command, changesPresent: false);
        command.SetAction((parse, cancellation) =>
        {
            var body = fields.Read(parse);
            if (parse.GetValue(team) is { } teamId)
                body.Set(team.Name, teamId, "team");
            if (parse.GetValue(user) is { } userId)
                body.Set($"{user.Name} {Startup.Printable.Quote(userId)}", userId, "user");
            return RunAsync(runner, parse, changes.Apply(parse, runner.Call("POST", "keys")), body, cancellation);
        });
        return command;
    }

    private static CliCommand List(AdminRunner runner)
    {
        var team = TeamOption.Of("Lists the keys of this team only.");
        var command = new CliCommand("list", "Lists the keys.") { Examples = ["dragoman key list --team web", "dragoman key list --all --json"] };
        command.Add(team);
        var options = new ListOptions(command);
        command.SetAction((parse, cancellation) => runner.ListAsync(parse, options, runner.Call("GET", "keys", ("team", parse.GetValue(team))), "keys", Columns, cancellation));
        return command;
    }

    private static CliCommand Show(AdminRunner runner)
    {
        var id = IdArgument.OfKey();
        var etag = Shown.ETagOption();
        var command = new CliCommand("show", "Shows a key, without its text.") { Examples = ["dragoman key show AbCdEfGhIjKl"] };
        command.Add(id);
        command.Add(etag);
        command.SetAction((parse, cancellation) => Shown.ShowAsync(runner, parse, etag, runner.Call("GET", $"keys/{parse.GetRequiredValue(id)}"), cancellation));
        return command;
    }

    private static CliCommand Set(AdminRunner runner)
    {
        var id = IdArgument.OfKey();
        var fields = Fields();
        var command = new CliCommand("set", "Changes a key. What is not given stays as it is.")
        {
            Examples = ["dragoman key set AbCdEfGhIjKl --requests-per-minute 60", "dragoman key set AbCdEfGhIjKl --expires never --clear allow-network"],
        };
        command.Add(id);
        fields.AddWithClearTo(command);
        var changes = new ChangeOptions(command, changesPresent: true);
        command.SetAction((parse, cancellation) => runner.RunAsync(
            parse,
            changes.Apply(parse, runner.Call("PATCH", $"keys/{parse.GetRequiredValue(id)}")),
            fields.ReadChange(parse),
            answer => Shown.Changed(runner, parse, answer),
            cancellation));
        return command;
    }

    private static CliCommand Revoke(AdminRunner runner)
    {
        var id = IdArgument.OfKey();
        var command = new CliCommand("revoke", "Revokes a key. Every gateway refuses it within 5 seconds.") { Examples = ["dragoman key revoke AbCdEfGhIjKl"] };
        command.Add(id);
        var changes = new ChangeOptions(command, changesPresent: true);
        command.SetAction((parse, cancellation) =>
        {
            var key = parse.GetRequiredValue(id);
            return runner.RunAsync(parse, changes.Apply(parse, runner.Call("DELETE", $"keys/{key}")), null, Tell, cancellation);

            void Tell(AdminAnswer answer)
            {
                if (!runner.IsQuiet(parse))
                    runner.Context.Terminal.Say($"Revoked the key {key}.");
            }
        });
        return command;
    }

    private static CliCommand Rotate(AdminRunner runner)
    {
        var id = IdArgument.OfKey();
        var fields = new FieldSet(new KeepOldField(), new ExpiryField());
        var command = new CliCommand("rotate", "Replaces a key by a new one with the same rights, and prints the new one's text, which is not shown again.")
        {
            Examples = ["dragoman key rotate AbCdEfGhIjKl --keep-old 24h"],
        };
        command.Add(id);
        fields.AddTo(command);
        var changes = new ChangeOptions(command, changesPresent: true);
        command.SetAction((parse, cancellation) =>
            RunAsync(runner, parse, changes.Apply(parse, runner.Call("POST", $"keys/{parse.GetRequiredValue(id)}/rotate")), fields.Read(parse), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(AdminRunner runner, ParseResult parse, AdminCall call, RequestBody body, CancellationToken cancellation)
    {
        var terminal = runner.Context.Terminal;
        var client = runner.Open(parse);
        await using (client.ConfigureAwait(false))
        {
            var answer = await client.SendAsync(call with { Body = body.ToUtf8() }, cancellation).ConfigureAwait(false);
            if (answer.Status >= 400)
                return runner.Report(parse, answer, body);
            var json = AdminRunner.ParsedBody(answer);
            var text = json.TryGetProperty("key"u8, out var key) && key.ValueKind == JsonValueKind.String ? key.GetString() : null;
            if (runner.WantsJson(parse))
                terminal.WriteJson(answer.Body.Span);
            else if (!runner.IsQuiet(parse))
                Shown.Details(runner, answer);
            else if (text is not null)
                terminal.WriteLine(text);
            if (text is not null)
            {
                terminal.Say("This is the only time that the key is shown. Keep it in a safe place.");
                return ExitCode.Done;
            }

            terminal.Say("The key was made by an earlier command with the same --idempotency-key, and only that one has shown it. If it is lost, rotate it.");
            return runner.IsQuiet(parse) ? ExitCode.Conflict : ExitCode.Done;
        }
    }
}
