using System.CommandLine;
using Dragoman.Startup;

namespace Dragoman.Cli.Output;

/// <summary>The pages that <c>--help</c> shows.</summary>
internal static class HelpPage
{
    /// <summary>The page of a command; that of the root is the manual page of the whole program.</summary>
    public static string Of(Command command) => command is RootCommand root ? OfProgram(root) : OfCommand(command);

    private static string OfProgram(RootCommand root) => new ManualText()
        .Section("NAME")
        .Line($"{CommandTree.Program} - administrates a Dragoman gateway: teams, keys, users, limits")
        .Section("SYNOPSIS")
        .Line($"{CommandTree.Program} COMMAND [ARGUMENTS] [OPTIONS]")
        .Line($"{CommandTree.Program} COMMAND --help")
        .Section("DESCRIPTION")
        .Paragraph("Without an address it works on the store of the gateway itself, on a machine that can reach it: --store, else /store/connection of the configuration, else the SQLite file dragoman.db in DRAGOMAN_DATA. It creates what is missing. Whoever can open the store may do everything; the audit log gets the name of the user in the operating system.")
        .Gap()
        .Paragraph("With --url or DRAGOMAN_URL it calls a running gateway with a key or a token: DRAGOMAN_KEY, else what dragoman login has kept. What the caller may do depends on the caller's role: admin, auditor, lead, or none. Beyond this machine the address must be https.")
        .Gap()
        .Paragraph("Results go to standard output: tables for people, and with --json the JSON of the API for scripts. Messages, errors and progress go to standard error; with --json the API's errors are its problem documents.")
        .Section("COMMANDS")
        .List(Leaves(root).Select(static leaf => (UsageOf(leaf), leaf.Description!)))
        .Section("OPTIONS")
        .List(OptionsOf(root))
        .Section("ENVIRONMENT")
        .List(KnownVariable.ListOf(VariableReaders.CommandLine))
        .Section("FILES")
        .List(
        [
            ("gateway.json", "The configuration in the working directory, if DRAGOMAN_CONFIG names no other one. Most commands read only /store and /identity of it."),
            ("data/dragoman.db", "The store, if no other one is configured."),
            ("~/.config/dragoman/credentials.json", "What dragoman login has kept, where the operating system has no keyring. Only its owner may read it."),
        ])
        .Section("EXIT STATUS")
        .List(ExitCode.All)
        .Section("EXAMPLES")
        .Paragraph("From nothing to the first answer:")
        .Gap()
        .Line("dragoman team create web")
        .Line("key=$(dragoman key create --team web --quiet)")
        .Line("curl http://127.0.0.1:11434/v1/models -H \"Authorization: Bearer $key\"")
        .Gap()
        .Paragraph("A gateway elsewhere:")
        .Gap()
        .Line("export DRAGOMAN_URL=https://gateway.example.com")
        .Line("dragoman login --key - < key.txt")
        .Line("dragoman key list --team web --all --json")
        .ToString();

    private static string OfCommand(Command command)
    {
        var page = new ManualText()
            .Section("NAME")
            .Line($"{PathOf(command)} - {command.Description}")
            .Section("SYNOPSIS");
        if (command.Subcommands.Count > 0)
        {
            foreach (var leaf in Leaves(command))
                page.Line($"{CommandTree.Program} {UsageOf(leaf)}");
            page.Section("COMMANDS").List(Leaves(command).Select(static leaf => (UsageOf(leaf), leaf.Description!)));
        }
        else
        {
            page.Line($"{CommandTree.Program} {UsageOf(command)} [OPTIONS]");
        }

        if (command is CliCommand { Notes: { Count: > 0 } notes })
        {
            page.Section("DESCRIPTION");
            for (var index = 0; index < notes.Count; index++)
                (index == 0 ? page : page.Gap()).Paragraph(notes[index]);
        }

        if (command.Arguments.Count > 0)
            page.Section("ARGUMENTS").List(command.Arguments.Select(static argument => (argument.Name, argument.Description!)));
        if (command.Options.Count > 0)
            page.Section("OPTIONS").List(OptionsOf(command));
        page.Section("COMMON OPTIONS").List(OptionsOf(RootOf(command)));
        if (command is CliCommand { Examples: { Count: > 0 } examples })
        {
            page.Section("EXAMPLES");
            foreach (var example in examples)
                page.Line(example);
        }

        return page.Gap().Paragraph($"{CommandTree.Program} --help describes the variables, files and exit status.").ToString();
    }

    /// <summary>The options of a command that its page shows, as they are written, with their descriptions.</summary>
    internal static IEnumerable<(string Name, string Text)> OptionsOf(Command command) => command.Options
        .Where(static option => !option.Hidden)
        .Select(static option => (string.Join(", ", option.Aliases.Where(IsShown).Append(option.Name)) + (option.HelpName is { } value ? " " + value : ""), option.Description!));

    private static bool IsShown(string alias) => alias.StartsWith('-') && alias != "-?";

    /// <summary>The commands below a command that can be run.</summary>
    internal static IEnumerable<Command> Leaves(Command command) =>
        command.Subcommands.SelectMany(static each => each.Subcommands.Count > 0 ? Leaves(each) : [each]);

    /// <summary>How a command is written behind the program's name, with what it requires.</summary>
    internal static string UsageOf(Command command) => string.Join(' ', [
        PathOf(command)[(CommandTree.Program.Length + 1)..],
        .. command.Arguments.Select(static argument => argument.Arity.MinimumNumberOfValues == 0 ? $"[{argument.Name}]" : argument.Name),
        .. command.Options.Where(static option => option.Required).Select(static option => $"{option.Name} {option.HelpName}")]);

    private static string PathOf(Command command) =>
        command.Parents.OfType<Command>().FirstOrDefault() is { } parent and not RootCommand ? $"{PathOf(parent)} {command.Name}" : $"{CommandTree.Program} {command.Name}";

    private static Command RootOf(Command command) => command.Parents.OfType<Command>().FirstOrDefault() is { } parent ? RootOf(parent) : command;
}
