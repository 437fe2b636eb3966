using System.CommandLine;

namespace Dragoman.Cli.Commands;

/// <summary><c>completion</c>.</summary>
internal static class CompletionCommand
{
    private static readonly IReadOnlyList<(string Shell, string File, string Use)> Shells =
    [
        ("bash", "dragoman.bash", "source <(dragoman completion bash)"),
        ("zsh", "dragoman.zsh", "source <(dragoman completion zsh)"),
        ("fish", "dragoman.fish", "dragoman completion fish > ~/.config/fish/completions/dragoman.fish"),
        ("pwsh", "dragoman.ps1", "dragoman completion pwsh | Out-String | Invoke-Expression"),
    ];

    public static Command Create(CliContext context)
    {
        var command = new CliCommand("completion", "Prints a script that lets a shell complete commands and options.") { Examples = [.. Shells.Select(each => each.Use)] };
        foreach (var (shell, file, use) in Shells)
        {
            var one = new CliCommand(shell, $"Prints the script for {shell}.") { Examples = [use] };
            one.SetAction(_ => context.Terminal.WriteLine(ScriptOf(file)));
            command.Add(one);
        }

        return command;
    }

    private static string ScriptOf(string file)
    {
        using var script = typeof(CompletionCommand).Assembly.GetManifestResourceStream("Completion/" + file)!;
        using var reader = new StreamReader(script);
        return reader.ReadToEnd().TrimEnd();
    }
}
