using System.Diagnostics;

namespace Dragoman.Cli.Tests;

public sealed class CompletionTests : IDisposable
{
    private readonly CliUnderTest cli = new();

    public static TheoryData<string, string> Shells => new()
    {
        { "bash", "source '{0}'; COMP_LINE='dragoman team s'; COMP_POINT=${{#COMP_LINE}}; COMP_WORDS=(dragoman team s); COMP_CWORD=2; _dragoman_complete; printf '%s\\n' \"${{COMPREPLY[@]}}\"" },
        { "zsh", "autoload -Uz compinit; compinit -D -u; source '{0}'; compadd() {{ shift; print -l -- ${{(M)@:#s*}} }}; words=(dragoman team s); CURRENT=3; _dragoman_complete; print -- ${{_comps[dragoman]}} >&2" },
        { "fish", "source '{0}'; complete -C 'dragoman team s'" },
        { "pwsh", ". '{0}'; (TabExpansion2 'dragoman team s' 15).CompletionMatches.CompletionText" },
    };

    public void Dispose() => cli.Dispose();

    [Theory]
    [InlineData("dragoman ", "team", "key", "requests", "completion")]
    [InlineData("dragoman key ro", "rotate")]
    [InlineData("dragoman key create --te", "--team")]
    [InlineData("dragoman key create --expires ", "30d", "never")]
    [InlineData("dragoman user create x --team y --role ", "lead", "auditor", "admin")]
    [InlineData("dragoman team set web --clear ", "name", "allow-model", "user-tokens-per-minute")]
    public async Task Commands_options_and_values_are_suggested(string line, params string[] expected)
    {
        var suggestions = (await cli.DoAsync($"[suggest:{line.Length}]", line)).Output.Split('\n');
        Assert.All(expected, each => Assert.Contains(each, suggestions));
    }

    [SkippableTheory]
    [MemberData(nameof(Shells))]
    public async Task A_shell_completes(string shell, string script)
    {
        var executable = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(each => Path.Combine(each, shell)).FirstOrDefault(File.Exists);
        Skip.If(executable is null, $"{shell} is not installed");
        var file = cli.File("completion.ps1");
        await File.WriteAllTextAsync(file, (await cli.DoAsync("completion", shell)).Output);
        var start = new ProcessStartInfo(executable!, [shell == "pwsh" ? "-Command" : "-c", string.Format(null, script, file)])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["PATH"] = $"{AppContext.BaseDirectory}{Path.PathSeparator}{start.Environment["PATH"]}";
        start.Environment["HOME"] = cli.Directory;
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal).SequenceEqual(["set", "show"]), output + await error);
    }
}
