using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using Dragoman.Cli.Commands;
using Dragoman.Cli.Output;
using Dragoman.Configuration;
using Dragoman.Startup;

namespace Dragoman.Cli;

/// <summary>All commands, and what happens when one is run.</summary>
internal static class CommandTree
{
    /// <summary>The executable's name.</summary>
    public const string Program = "dragoman";

    public static string Version { get; } = typeof(CommandTree).Assembly.GetName().Version!.ToString(3);

    /// <summary>Runs a command line.</summary>
    /// <param name="arguments">The arguments of the process.</param>
    /// <param name="context">What is around it.</param>
    /// <param name="cancellation">An interruption by the user.</param>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, CliContext context, CancellationToken cancellation)
    {
        var root = Create(context);
        // A file of arguments is of no use here, and a name could begin with its sign.
        var parse = root.Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
        try
        {
            if (Mistakes(parse, context) is { Count: > 0 } mistakes)
            {
                foreach (var mistake in mistakes)
                    context.Terminal.Say($"{Program}: {Secrets.Hide(mistake)}");
                context.Terminal.Say($"{Program}: {PathOf(parse.CommandResult)} --help describes what is allowed");
                return ExitCode.Usage;
            }

            var configuration = new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
                Output = context.Terminal.Output,
            };
            return await parse.InvokeAsync(configuration, cancellation).ConfigureAwait(false);
        }
        catch (CliFailure failure)
        {
            context.Terminal.Say($"{Program}: {Secrets.Hide(failure.Message)}");
            return failure.ExitCode;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return ExitCode.Interrupted;
        }
        catch (IOException) when (context.Terminal.IsBroken)
        {
            // Whoever reads the output, such as head, has read enough.
            return ExitCode.Done;
        }
    }

    /// <summary>All commands.</summary>
    public static RootCommand Create(CliContext context)
    {
        var global = new GlobalOptions();
        var runner = new AdminRunner(context, global);
        var root = new RootCommand("administrates a Dragoman gateway")
        {
            TeamCommands.Create(runner),
            KeyCommands.Create(runner),
            UserCommands.Create(runner),
            OrganizationCommands.Create(runner),
            LimitCommands.Create(runner),
            BudgetCommands.Create(runner),
            UsageCommand.Create(runner),
            LedgerCommands.Create(runner),
            AuditCommands.Create(runner),
            LimitCommands.CreateWhoAmI(runner),
            ModelCommand.Create(runner),
            RequestCommands.Create(runner),
            RequestCommands.CreateOne(runner),
            PriceCommands.Create(runner),
            ConfigCommands.Create(runner),
            DoctorCommand.Create(runner),
            LoginCommands.CreateLogin(runner),
            LoginCommands.CreateLogout(runner),
            CompletionCommand.Create(context),
        };
        root.Options.Clear();
        foreach (var option in global.All)
            root.Add(option);
        root.Add(new HelpOption("--help", "-h") { Description = "Shows the help of the program or of a command.", Action = new TextAction(parse => context.Terminal.WriteLine(HelpPage.Of(parse.CommandResult.Command).TrimEnd())) });
        root.Add(new VersionOption { Description = "Shows the version.", Action = new TextAction(_ => context.Terminal.WriteLine($"{Program} {Version}")) });
        return root;
    }

    private static List<string> Mistakes(ParseResult parse, CliContext context)
    {
        if (parse.Action is { ClearsParseErrors: true })
            return [];
        List<string> mistakes = [.. ProcessEnvironment.FindMistakes(context.Environment, VariableReaders.CommandLine, ConfigurationReader.VariableNames)];
        var command = parse.CommandResult.Command;
        if (command.Subcommands.Count > 0 && parse.UnmatchedTokens is [])
        {
            mistakes.Add($"{PathOf(command)} needs a command; allowed: {string.Join(", ", command.Subcommands.Select(static each => each.Name))}");
            return mistakes;
        }

        foreach (var token in parse.UnmatchedTokens)
            mistakes.Add(MistakeOf(token, command));
        foreach (var error in parse.Errors.Where(error => !parse.UnmatchedTokens.Any(token => error.Message.Contains($"'{token}'", StringComparison.Ordinal))))
        {
            if (command.Subcommands.Count == 0)
                mistakes.Add(error.Message.TrimEnd('.'));
        }

        return mistakes;
    }

    private static string MistakeOf(string token, Command command)
    {
        var isOption = token.StartsWith('-');
        var names = isOption || command.Subcommands.Count == 0
            ? command.Options.Concat(RootOf(command).Options).Select(static option => option.Name)
            : command.Subcommands.Select(static each => each.Name);
        var kind = isOption ? "option" : command.Subcommands.Count > 0 ? "command" : "argument";
        return $"{kind} {Printable.Quote(token)} is not known to {PathOf(command)}{(kind == "argument" ? "" : NearestName.Suggest(token, names))}; allowed: {string.Join(", ", names)}";
    }

    private static RootCommand RootOf(Command command) => command as RootCommand ?? RootOf(command.Parents.OfType<Command>().First());

    private static string PathOf(CommandResult result) => PathOf(result.Command);

    private static string PathOf(Command command) => command is RootCommand ? Program : $"{PathOf(command.Parents.OfType<Command>().First())} {command.Name}";

    /// <summary>Prints a text, whatever else is wrong with the command line.</summary>
    private sealed class TextAction(Action<ParseResult> print) : SynchronousCommandLineAction
    {
        public override bool Terminating => true;

        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            print(parseResult);
            return ExitCode.Done;
        }
    }
}
