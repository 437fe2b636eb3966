using System.Diagnostics;

namespace Dragoman.Gateway.Tests.Stores;

/// <summary>A database server that a script of <c>tests/stores</c> starts. It ends with this process, however that ends.</summary>
public abstract class StoreServer : IAsyncLifetime
{
    /// <summary>The exit code of a script whose server cannot be had on this machine.</summary>
    private const int Missing = 3;

    private readonly string script;
    private string? missing;
    private Process? process;

    private protected StoreServer(string script) => this.script = Path.Combine(Repository.Root, "tests", "stores", script);

    /// <summary>Where the server listens, as its script prints it.</summary>
    protected string Address { get; private set; } = "";

    /// <summary>Skips a test if there is no server.</summary>
    public void SkipIfMissing() => Skip.If(missing is not null, missing);

    public async Task InitializeAsync()
    {
        process = Process.Start(new ProcessStartInfo("/bin/bash", [script]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        if (await process.StandardOutput.ReadLineAsync() is { } line && line.StartsWith("ready ", StringComparison.Ordinal))
        {
            Address = line["ready ".Length..];
            return;
        }

        await process.WaitForExitAsync();
        missing = await errors;
        Assert.True(process.ExitCode == Missing, missing);
    }

    /// <summary>Has the script do something, until the server answers again.</summary>
    private protected async Task AskAsync(string command)
    {
        await process!.StandardInput.WriteLineAsync(command);
        Assert.Equal($"ready {Address}", await process.StandardOutput.ReadLineAsync());
    }

    public async Task DisposeAsync()
    {
        process!.StandardInput.Close();
        await process.WaitForExitAsync();
        process.Dispose();
    }
}
