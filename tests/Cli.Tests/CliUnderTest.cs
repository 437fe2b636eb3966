using System.Text.Json;
using Dragoman.Cli.Output;

namespace Dragoman.Cli.Tests;

/// <summary>Runs command lines in this process, in a directory and with variables of their own.</summary>
internal sealed class CliUnderTest : IDisposable
{
    public CliUnderTest()
    {
        Directory = System.IO.Directory.CreateTempSubdirectory("dragoman-cli-").FullName;
        Environment = new() { ["DRAGOMAN_DATA"] = File("data"), ["XDG_CONFIG_HOME"] = File("config"), ["PATH"] = "" };
    }

    public string Directory { get; }

    public Dictionary<string, string> Environment { get; }

    public TimeProvider Clock { get; set; } = TimeProvider.System;

    /// <summary>All that was written so far.</summary>
    public List<CliResult> Results { get; } = [];

    public string File(string name) => Path.Combine(Directory, name);

    public void Dispose() => System.IO.Directory.Delete(Directory, recursive: true);

    public Task<CliResult> RunAsync(params string[] arguments) => RunAsync("", CancellationToken.None, arguments);

    public async Task<CliResult> RunAsync(string input, CancellationToken cancellation, params string[] arguments)
    {
        var (output, error) = (new Lines(), new Lines());
        using var terminal = new Terminal(output, error, new StringReader(input));
        var code = await CommandTree.RunAsync(arguments, new CliContext(Environment, terminal, Clock), cancellation);
        var result = new CliResult(code, output.ToString(), error.ToString());
        Results.Add(result);
        return result;
    }

    /// <summary>Runs a command that must succeed.</summary>
    public async Task<CliResult> DoAsync(params string[] arguments)
    {
        var result = await RunAsync(arguments);
        Assert.True(result.Code == 0, $"{string.Join(' ', arguments)}: {result.Code} {result.Error}");
        return result;
    }

    /// <summary>Creates a key.</summary>
    /// <returns>Its id and its text.</returns>
    public async Task<(string Id, string Text)> CreateKeyAsync(params string[] arguments)
    {
        var text = (await DoAsync(["key", "create", "--quiet", .. arguments])).Output.Trim();
        return (text.Substring(4, 12), text);
    }

    private sealed class Lines : StringWriter
    {
        public override string NewLine => "\n";
    }
}

/// <summary>What a command line did.</summary>
internal sealed record CliResult(int Code, string Output, string Error)
{
    public JsonElement Json => JsonElement.Parse(Output);
}
