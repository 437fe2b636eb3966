using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Dragoman.Cli.Fields;
using Dragoman.Cli.Output;

namespace Dragoman.Cli.Commands;

/// <summary><c>ledger</c>: what is settled, whether it is right, and how it is corrected.</summary>
internal static class LedgerCommands
{
    private static readonly IReadOnlyList<Column> Columns =
    [
        Column.Of("ACCOUNT", "id"), Column.Of("LIMIT", "limit"), Column.Of("SPENT", "spent"), Column.Of("ASSUMED", "assumed"), Column.Of("RESERVED", "reserved"), Column.Of("EXCESS", "excess"),
    ];

    private static readonly IReadOnlyList<Column> Verified =
    [
        Column.Of("ACCOUNT", "id"), Column.Of("SPENT", "spent"), Column.Of("ADDED-UP", "addedUp"), Column.Of("DIFFERENCE", "difference"),
    ];

    private static readonly IReadOnlyList<Column> Overdue =
    [
        Column.Of("PROCESS", "process"), Column.Of("ACCOUNT", "account"), Column.Of("RESERVED", "reserved"), Column.Minute("UNTIL", "until"),
    ];

    public static Command Create(AdminRunner runner) => new CliCommand("ledger", "What is settled in each budget, whether it is right, and corrections.")
    {
        Accounts(runner), Verify(runner), Correct(runner),
    };

    private static Option<string> Prefix() => new("--prefix") { HelpName = "TEXT", Description = "Only accounts whose ids begin so, such as team:web:." };

    private static CliCommand Accounts(AdminRunner runner)
    {
        var command = new CliCommand("accounts", "Lists the accounts: each period of each budget, in US dollars.")
        {
            Examples = ["dragoman ledger accounts --prefix team:web:", "dragoman ledger accounts --all"],
        };
        var prefix = Prefix();
        command.Add(prefix);
        var options = new ListOptions(command);
        command.SetAction((parse, cancellation) => runner.ListAsync(parse, options, runner.Call("GET", "ledger/accounts", ("prefix", parse.GetValue(prefix))), "accounts", Columns, cancellation));
        return command;
    }

    private static CliCommand Verify(AdminRunner runner)
    {
        // Each account is added up from all entries, so that a page must not have many.
        const string PageSize = "10";
        var command = new CliCommand("verify", "Adds up the entries of every account, and looks for reservations of processes that are gone. Exits with 1 if something differs.")
        {
            Examples = ["dragoman ledger verify", "dragoman ledger verify --prefix team:web:"],
            Notes = ["All entries are read for each account: with millions of entries it takes long, so give a prefix."],
        };
        var prefix = Prefix();
        command.Add(prefix);
        command.SetAction(async (parse, cancellation) =>
        {
            var client = runner.Open(parse);
            await using (client.ConfigureAwait(false))
            {
                var accounts = new List<JsonElement>();
                string? after = null;
                do
                {
                    var answer = await client.SendAsync(
                        runner.Call("GET", "ledger/accounts", ("prefix", parse.GetValue(prefix)), ("verify", "true"), ("limit", PageSize), ("after", after)), cancellation).ConfigureAwait(false);
                    if (answer.Status >= 400)
                        return runner.Report(parse, answer, null);
                    var page = AdminRunner.ParsedBody(answer);
                    accounts.AddRange(page.GetProperty("items"u8).EnumerateArray());
                    after = page.GetProperty("next"u8).GetString();
                }
                while (after is not null);

                var leases = await client.SendAsync(runner.Call("GET", "ledger/leases"), cancellation).ConfigureAwait(false);
                if (leases.Status >= 400)
                    return runner.Report(parse, leases, null);
                var start = parse.GetValue(prefix) ?? "";
                List<JsonElement> overdue =
                [
                    .. AdminRunner.ParsedBody(leases).GetProperty("items"u8).EnumerateArray()
                        .Where(lease => lease.GetProperty("overdue"u8).GetBoolean() && lease.GetProperty("account"u8).GetString()!.StartsWith(start, StringComparison.Ordinal)),
                ];
                return Report(runner, parse, accounts, overdue);
            }
        });
        return command;
    }

    private static int Report(AdminRunner runner, ParseResult parse, List<JsonElement> accounts, List<JsonElement> overdue)
    {
        var terminal = runner.Context.Terminal;
        var differences = accounts.Count(static account => account.GetProperty("difference"u8).GetDecimal() != 0);
        if (runner.WantsJson(parse))
        {
            terminal.WriteJson(JsonList.Of(("accounts", accounts), ("overdue", overdue)));
        }
        else
        {
            if (accounts.Count > 0)
                Tables.WriteList(terminal, Verified, accounts);
            if (overdue.Count > 0)
            {
                Tables.WriteList(terminal, Overdue, overdue);
                terminal.Say($"Reservations that have ended and that no gateway has settled: {overdue.Count}. A running gateway settles them within a minute.");
            }

            if (!runner.IsQuiet(parse))
                terminal.Say($"Accounts that differ from what their entries add up to: {differences} of {accounts.Count}.");
        }

        return differences == 0 && overdue.Count == 0 ? ExitCode.Done : ExitCode.Failed;
    }

    private static CliCommand Correct(AdminRunner runner)
    {
        var account = new Argument<string>("ACCOUNT") { Description = "The id of the account, such as team:web:month:2026-11-01." };
        var fields = new FieldSet(
            new MoneyField("amount", "US dollars that are added to what is spent; with a minus given back.", "amount"),
            new TextField("reason", "REASON", "Why, for the audit log.", "reason"));
        var command = new CliCommand("correct", "Corrects what an account has spent. The audit log has who, when and why.")
        {
            Examples = ["dragoman ledger correct team:web:month:2026-11-01 --amount -12.50 --reason 'The provider has refunded it.'"],
            Notes = ["No more is given back than was spent. Other accounts that have paid for the same request are not changed."],
        };
        command.Add(account);
        fields.AddTo(command);
        var changes = new ChangeOptions(command, changesPresent: false);
        command.SetAction((parse, cancellation) =>
        {
            var call = changes.Apply(parse, runner.Call("POST", "ledger/corrections"));
            // If the answer is lost, the gateway's own second try must not correct twice.
            call = call with { IdempotencyKey = call.IdempotencyKey ?? "cli-" + Guid.NewGuid().ToString("N") };
            var body = fields.Read(parse);
            body.Set("ACCOUNT", JsonValue.Create(parse.GetValue(account)), "account");
            return runner.RunAsync(parse, call, body, answer => Tables.WriteDetails(runner.Context.Terminal, JsonView.Rows(AdminRunner.ParsedBody(answer).GetProperty("account"u8))), cancellation);
        });
        return command;
    }
}
