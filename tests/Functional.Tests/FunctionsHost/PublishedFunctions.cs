using System.Runtime.InteropServices;
using Dragoman.Functional.Tests.Harness;
using Xunit;

namespace Dragoman.Functional.Tests.FunctionsHost;

/// <summary>The packages of the function app in both hosting models.</summary>
public sealed class PublishedFunctions : IAsyncLifetime, IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(10);

    private readonly ScratchDirectory directory = new();

    /// <summary>The folder of the isolated worker, which <c>dotnet publish</c> has just written.</summary>
    internal string Isolated => directory.File("isolated");

    /// <summary>The folder of the custom handler, as <c>publish.sh</c> wrote it.</summary>
    internal static string Custom => Path.GetDirectoryName(Repository.NativeExecutable("functions"))!;

    public async Task InitializeAsync()
    {
        // Only one build runs in the repository at a time, as for run.sh.
        await using var publish = RunningProcess.Start("flock",
        [
            Repository.Root, "dotnet", "publish", Path.Combine(Repository.Root, "functions"), "-c", Repository.BuildConfiguration,
            "-r", RuntimeInformation.RuntimeIdentifier, "-o", Isolated, "-v", "quiet", "-nodeReuse:false", "-p:UseSharedCompilation=false",
        ]);
        var exitCode = await publish.ExitAsync(Deadline);
        if (exitCode != 0)
            throw new InvalidOperationException($"dotnet publish ended with {exitCode}:\n{publish.Log}");
    }

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose() => directory.Dispose();
}
