using System.CommandLine;
using Dragoman.Cli.Output;
using Dragoman.Configuration;
using Dragoman.Prices;
using Dragoman.Startup;

namespace Dragoman.Cli.Commands;

/// <summary><c>prices</c>: of the configuration and of files, which needs neither a store nor a gateway, and of what a gateway publishes.</summary>
internal static class PriceCommands
{
    private const string ConfigVariable = "DRAGOMAN_CONFIG";

    private static readonly IReadOnlyList<Column> PublishedColumns =
    [
        Column.Of("MODEL", "model"), Column.Of("PROVIDER", "provider"), Column.Of("UPSTREAM-MODEL", "upstreamModel"),
        Column.Of("INPUT", "prices", "input"), Column.Of("OUTPUT", "prices", "output"), Column.Of("FROM", "from"),
    ];

    public static Command Create(AdminRunner runner) => new CliCommand("prices", "What models cost, in US dollars a million tokens.")
    {
        CreateShow(runner), CreatePublished(runner), CreateCheck(runner), CreateImport(runner),
    };

    private static CliCommand CreateShow(AdminRunner runner)
    {
        var model = new Argument<string?>("MODEL") { Description = "The provider's name of one model.", Arity = ArgumentArity.ZeroOrOne };
        var provider = new Option<string>("--provider") { HelpName = "PROVIDER", Description = "Only the prices of this provider: its kind, such as openai, or its configured name." };
        var command = new CliCommand("show", "Shows the prices in use today: all, or all about one model.")
        {
            Examples = ["dragoman prices show --provider anthropic", "dragoman prices show gpt-5-mini-2025-08-07"],
        };
        command.Add(model);
        command.Add(provider);
        command.SetAction(parse =>
        {
            var terminal = runner.Context.Terminal;
            var table = new PriceTable(Settings(runner.Context), Today(runner.Context));
            var entries = parse.GetValue(model) is { } name ? table.Of(name, parse.GetValue(provider)) : table.All(parse.GetValue(provider));
            if (entries.Count == 0 && parse.GetValue(model) is { } unknown)
                throw new CliFailure(ExitCode.NotFound, $"no price of {Printable.Quote(unknown)} is known");
            if (runner.WantsJson(parse))
                terminal.WriteJson(PriceListWriter.Write(new PriceList(BuiltInPrices.List.Date, entries)).Span);
            else if (parse.GetValue(model) is null)
                Tables.WriteRows(terminal, PriceView.Titles, entries.Select(PriceView.RowOf));
            else
                Tables.WriteDetails(terminal, entries.SelectMany(PriceView.DetailsOf));
            return ExitCode.Done;
        });
        return command;
    }

    private static CliCommand CreatePublished(AdminRunner runner)
    {
        var command = new CliCommand("published", "Shows what the published models of a gateway cost today. A price that is not known is a hyphen.")
        {
            Examples = ["dragoman prices published --url https://gateway.example.com"],
        };
        command.SetAction(async (parse, cancellation) =>
        {
            var client = runner.OpenGateway(parse, "prices published");
            await using (client.ConfigureAwait(false))
            {
                var answer = await client.SendAsync(runner.Call("GET", "prices"), cancellation).ConfigureAwait(false);
                if (answer.Status >= 400)
                    return runner.Report(parse, answer, null);
                if (runner.WantsJson(parse))
                    runner.Context.Terminal.WriteJson(answer.Body.Span);
                else
                    Tables.WriteList(runner.Context.Terminal, PublishedColumns, AdminRunner.ParsedBody(answer).GetProperty("items"u8).EnumerateArray());
                return ExitCode.Done;
            }
        });
        return command;
    }

    private static CliCommand CreateCheck(AdminRunner runner)
    {
        var file = FileArgument();
        var all = new Option<bool>("--all") { Description = "Also lists the models of the file that have no price here." };
        var command = new CliCommand("check", "Compares a price list with the prices in use today. Exits with 1 if they differ.")
        {
            Examples = ["dragoman prices check model_prices_and_context_window.json"],
            Notes = ["Only what both lists say is compared. The file has the gateway's format or LiteLLM's."],
        };
        command.Add(file);
        command.Add(all);
        command.SetAction(parse =>
        {
            var day = Today(runner.Context);
            var theirs = Read(parse.GetValue(file)!, day);
            var comparison = new PriceComparison(Settings(runner.Context), theirs.List, day);
            new PriceReport(runner.Context.Terminal, parse.GetValue(all), runner.IsQuiet(parse)).Write(comparison, theirs, runner.WantsJson(parse));
            return comparison.Differences.Count == 0 ? ExitCode.Done : ExitCode.Failed;
        });
        return command;
    }

    private static CliCommand CreateImport(AdminRunner runner)
    {
        var file = FileArgument();
        var to = new Option<string>("--to") { HelpName = "FILE", Description = "The price list that gets the entries, instead of prices.file of the configuration; it need not exist." };
        var command = new CliCommand("import", "Adds the entries of a price list to your own list. An entry of the same model and day is replaced.")
        {
            Examples = ["dragoman prices import model_prices_and_context_window.json --to prices.json"],
            Notes = ["The file has the gateway's format or LiteLLM's. A running gateway reads its list when it starts."],
        };
        command.Add(file);
        command.Add(to);
        command.SetAction(parse =>
        {
            var day = Today(runner.Context);
            var added = Read(parse.GetValue(file)!, day);
            var target = parse.GetValue(to) ?? Settings(runner.Context).File
                ?? throw CliFailure.Usage("--to: must name the list that gets the entries, because the configuration has no prices.file");
            var before = Path.Exists(target) ? Read(target, day).List : new PriceList(day, []);
            var merged = MergedPrices.Of(before, added.List, day);
            Save(target, merged);
            if (runner.IsQuiet(parse))
                return ExitCode.Done;
            foreach (var skipped in added.Skipped)
                runner.Context.Terminal.Say($"left out: {skipped}");
            runner.Context.Terminal.Say($"{target} has {merged.Entries.Count} prices; {added.List.Entries.Count} were read, {merged.Entries.Count - before.Entries.Count} are new.");
            return ExitCode.Done;
        });
        return command;
    }

    private static Argument<string> FileArgument() => new("FILE") { Description = "The price list." };

    private static DateOnly Today(CliContext context) => DateOnly.FromDateTime(context.Clock.GetUtcNow().UtcDateTime);

    /// <exception cref="CliFailure">The configuration has a mistake.</exception>
    private static PriceSettings Settings(CliContext context) => Checked(() =>
    {
        var file = context.Variable(ConfigVariable);
        return ConfigurationReader.ReadPriceSettings(file, context.Environment, file is null ? null : $"environment variable {ConfigVariable}");
    });

    /// <exception cref="CliFailure">The file cannot be read, or has a mistake.</exception>
    private static PriceFile Read(string path, DateOnly day) => Checked(() => PriceFile.Read(path, day));

    /// <summary>The list is read again before it replaces the old one, because two valid lists may contradict each other.</summary>
    private static void Save(string path, PriceList list)
    {
        var bytes = PriceListWriter.Write(list);
        Checked(() => ConfigurationReader.ReadPriceList(bytes.ToArray(), path));
        try
        {
            var temporary = path + ".new";
            File.WriteAllBytes(temporary, bytes.Span);
            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CliFailure(ExitCode.Failed, $"{path} cannot be written: {error.Message}");
        }
    }

    private static T Checked<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (ConfigurationException error)
        {
            throw CliFailure.Usage(string.Join("; ", error.Mistakes));
        }
    }
}
