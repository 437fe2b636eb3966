using System.Diagnostics;

namespace Dragoman.Bench.Ledger;

/// <summary>A database server that a script of <c>tests/stores</c> starts. It ends with this process, however that ends.</summary>
internal sealed class StoreScript : IAsyncDisposable
{
    private readonly Process process;

    private StoreScript(Process process, string address) => (this.process, Address) = (process, address);

    /// <summary>Where the server listens, as its script prints it.</summary>
    public string Address { get; }

    /// <exception cref="InvalidOperationException">The server cannot be had.</exception>
    public static async Task<StoreScript> StartAsync(string repository, string script, params string[] options)
    {
        string[] line = [Path.Combine(repository, "tests", "stores", script), .. options];
        var process = Process.Start(new ProcessStartInfo("/bin/bash", line) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        if (await process.StandardOutput.ReadLineAsync() is { } ready && ready.StartsWith("ready ", StringComparison.Ordinal))
            return new(process, ready["ready ".Length..]);
        await process.WaitForExitAsync();
        process.Dispose();
        throw new InvalidOperationException($"{script} has started no server");
    }

    /// <summary>Kills the server and starts it again, so that it has nothing in its memory. Only PostgreSQL's script can.</summary>
    public async Task RestartAsync()
    {
        await process.StandardInput.WriteLineAsync("kill");
        await process.StandardInput.FlushAsync();
        if (await process.StandardOutput.ReadLineAsync() is null)
            throw new InvalidOperationException("the server did not start again");
    }

    public async ValueTask DisposeAsync()
    {
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        process.Dispose();
    }
}
