using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.RegularExpressions;
using Dragoman.Cli.Output;
using Dragoman.Documents;
using Dragoman.Startup;

namespace Dragoman.Cli.Tests;

public sealed class HelpTests : IDisposable
{
    private readonly CliUnderTest cli = new();

    public void Dispose() => cli.Dispose();

    [Fact]
    public async Task The_manual_page_has_all_sections()
    {
        var page = (await cli.DoAsync("--help")).Output;
        Assert.Equal(
            ["NAME", "SYNOPSIS", "DESCRIPTION", "COMMANDS", "OPTIONS", "ENVIRONMENT", "FILES", "EXIT STATUS", "EXAMPLES"],
            page.Split('\n').Where(line => Regex.IsMatch(line, "^[A-Z]")));
        Assert.All(ExitCode.All, code => Assert.Contains(code.Text.Split(' ')[0], page, StringComparison.Ordinal));
        Assert.All(KnownVariable.ListOf(VariableReaders.CommandLine), variable => Assert.Contains(variable.Name, page, StringComparison.Ordinal));
        Assert.All(page.Split('\n'), line => Assert.True(line.Length <= 100, line));
    }

    [Fact]
    public async Task Every_command_has_a_page_with_examples_that_are_valid()
    {
        using var terminal = new Terminal(TextWriter.Null, TextWriter.Null, TextReader.Null);
        var root = CommandTree.Create(new CliContext(cli.Environment, terminal, TimeProvider.System));
        foreach (var command in Leaves(root))
        {
            var path = PathOf(command);
            var page = (await cli.DoAsync([.. path, "--help"])).Output;
            Assert.Contains(command.Description!, page, StringComparison.Ordinal);
            Assert.All(command.Options, option => Assert.False(string.IsNullOrWhiteSpace(option.Description), option.Name));
            var examples = Assert.IsType<CliCommand>(command).Examples;
            Assert.NotEmpty(examples);
            foreach (var example in examples)
            {
                Assert.Contains(example, page, StringComparison.Ordinal);
                var line = Regex.Match(example, "dragoman( [^|)<>]*)").Groups[1].Value.Replace("'", "\"", StringComparison.Ordinal);
                var parse = root.Parse([.. CommandLineParser.SplitCommandLine(line)]);
                Assert.True(parse.Errors.Count == 0, $"{example}: {string.Join("; ", parse.Errors)}");
                Assert.Same(command, parse.CommandResult.Command);
            }
        }
    }

    [Fact]
    public void The_documentation_says_what_the_commands_say()
    {
        using var terminal = new Terminal(TextWriter.Null, TextWriter.Null, TextReader.Null);
        var root = CommandTree.Create(new CliContext(cli.Environment, terminal, TimeProvider.System));
        var page = Path.Combine(Root(), "docs", "cli.md");
        GeneratedSection.Check(page, "commands", CliDocument.Commands(root));
        GeneratedSection.Check(page, "options", CliDocument.CommonOptions(root));
        GeneratedSection.Check(page, "variables", CliDocument.Variables());
        GeneratedSection.Check(page, "exit codes", CliDocument.ExitCodes());
        GeneratedSection.Check(page, "reference", CliDocument.Reference(root));
    }

    [Fact]
    public async Task The_version_is_shown() => Assert.Matches(@"^dragoman \d+\.\d+\.\d+\n$", (await cli.DoAsync("--version")).Output);

    internal static string Root()
    {
        var directory = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(directory, "Serverless.sln")))
            directory = Path.GetDirectoryName(directory)!;
        return directory;
    }

    private static IEnumerable<Command> Leaves(Command command) =>
        command.Subcommands.SelectMany(each => each.Subcommands.Count > 0 ? Leaves(each) : [each]);

    private static string[] PathOf(Command command) =>
        command.Parents.OfType<Command>().Single() is { } parent and not RootCommand ? [.. PathOf(parent), command.Name] : [command.Name];
}
