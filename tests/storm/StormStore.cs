using System.Diagnostics;
using Dragoman.Functional.Tests.Harness;

namespace Dragoman.Storm;

/// <summary>The database that all gateways of a storm share. One that is a server is started by a script of <c>tests/stores</c>, and ends with this process.</summary>
internal sealed class StormStore : IAsyncDisposable
{
    /// <summary>The account and the key that every Azurite has.</summary>
    private const string Azurite =
        "DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==;";

    private readonly Process? process;
    private readonly string address;

    private StormStore(string kind, Process? process, string address, string connection) =>
        (Kind, this.process, this.address, Connection) = (kind, process, address, connection);

    public static IReadOnlyList<string> Kinds { get; } = ["sqlite", "postgres", "tables"];

    public string Kind { get; }

    /// <summary>The text of <c>store.connection</c>.</summary>
    public string Connection { get; }

    /// <summary>Whether <see cref="KillAsync"/> may be called.</summary>
    public bool CanBeKilled => Kind == "postgres";

    /// <exception cref="InvalidOperationException">The server cannot be had.</exception>
    public static async Task<StormStore> StartAsync(string kind, string folder)
    {
        if (kind == "sqlite")
            return new(kind, null, "", $"sqlite:{Path.Combine(folder, "dragoman.db")}");
        var script = kind == "postgres" ? "postgres.sh" : "azurite.sh";
        var process = Process.Start(new ProcessStartInfo("/bin/bash", [Path.Combine(Repository.Root, "tests", "stores", script)]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        if (await process.StandardOutput.ReadLineAsync() is not { } line || !line.StartsWith("ready ", StringComparison.Ordinal))
        {
            await process.WaitForExitAsync();
            throw new InvalidOperationException($"{script} has started no server");
        }

        var address = line["ready ".Length..];
        return new(kind, process, address, kind == "postgres"
            ? $"postgres:Host={address};Username=dragoman;Database=postgres"
            : $"tables:{Azurite}TableEndpoint=http://127.0.0.1:{address}/devstoreaccount1;");
    }

    /// <summary>Kills the server as SIGKILL does, and starts it again with its data.</summary>
    public async Task KillAsync()
    {
        await process!.StandardInput.WriteLineAsync("kill");
        if (await process.StandardOutput.ReadLineAsync() != $"ready {address}")
            throw new InvalidOperationException("the server did not start again");
    }

    public async ValueTask DisposeAsync()
    {
        if (process is null)
            return;
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        process.Dispose();
    }
}
