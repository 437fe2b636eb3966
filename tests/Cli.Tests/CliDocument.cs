using System.CommandLine;
using System.Text;
using Dragoman.Cli.Output;
using Dragoman.Documents;
using Dragoman.Startup;

namespace Dragoman.Cli.Tests;

/// <summary>Writes the commands for people: the generated sections of docs/cli.md.</summary>
internal static class CliDocument
{
    /// <summary>Each command with what it does.</summary>
    public static string Commands(RootCommand root) => Table(["command", "what it does"], HelpPage.Leaves(root)
        .Select(static command => (Name: $"[{MarkdownTable.Code(HelpPage.UsageOf(command))}](#{AnchorOf(command)})", Text: command.Description!)));

    /// <summary>The options that every command has.</summary>
    public static string CommonOptions(RootCommand root) => Definitions("option", HelpPage.OptionsOf(root));

    public static string Variables() => Definitions("variable", KnownVariable.ListOf(VariableReaders.CommandLine));

    public static string ExitCodes() => Table(["code", "meaning"], ExitCode.All);

    /// <summary>A section for each command.</summary>
    public static string Reference(RootCommand root) => string.Join("\n\n", HelpPage.Leaves(root).Select(static command => Section(command)));

    private static string Section(Command command)
    {
        var text = new StringBuilder($"### {PathOf(command)}\n\n{MarkdownTable.Text(command.Description!)}");
        if (command is CliCommand { Notes: { Count: > 0 } notes })
            text.Append(' ').AppendJoin("\n\n", notes.Select(MarkdownTable.Text));
        text.Append($"\n\n```\n{CommandTree.Program} {HelpPage.UsageOf(command)} [OPTIONS]\n```\n");
        if (command.Arguments.Count > 0)
            text.Append('\n').Append(Definitions("argument", command.Arguments.Select(static argument => (argument.Name, argument.Description!)))).Append('\n');
        if (command.Options.Any(static option => !option.Hidden))
            text.Append('\n').Append(Definitions("option", HelpPage.OptionsOf(command))).Append('\n');
        if (command is CliCommand { Examples: { Count: > 0 } examples })
            text.Append("\n```sh\n").AppendJoin('\n', examples).Append("\n```\n");
        return text.ToString().TrimEnd('\n');
    }

    private static string Definitions(string title, IEnumerable<(string Name, string Text)> entries) =>
        Table([title, "meaning"], entries.Select(static entry => (MarkdownTable.Code(entry.Name), entry.Text)));

    private static string Table(string[] titles, IEnumerable<(string Name, string Text)> entries) =>
        MarkdownTable.Of(titles, entries.Select(static entry => new[] { entry.Name, MarkdownTable.Text(entry.Text) })).TrimEnd('\n');

    private static string PathOf(Command command) =>
        command.Parents.OfType<Command>().First() is { } parent and not RootCommand ? $"{PathOf(parent)} {command.Name}" : $"{CommandTree.Program} {command.Name}";

    /// <summary>The anchor of the command's heading, as GitHub makes it.</summary>
    private static string AnchorOf(Command command) => PathOf(command).Replace(' ', '-');
}
