using System.IO.Compression;
using Dragoman.Functional.Tests.Harness;
using Xunit;

namespace Dragoman.Functional.Tests.Packages;

/// <summary>What <c>infra/package.sh</c> makes of the executables of <c>publish.sh</c>, with the packages of the function app unpacked.</summary>
public sealed class PackedProduct : IAsyncLifetime, IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(10);

    private readonly ScratchDirectory directory = new();

    /// <summary>The folder of the isolated worker.</summary>
    internal string Isolated => directory.File("isolated");

    /// <summary>The folder of the custom handler.</summary>
    internal string Custom => directory.File("custom");

    /// <summary>The package of a hosting model, <c>isolated</c> or <c>custom</c>.</summary>
    internal string Package(string hosting) => directory.File($"packages/functions-{hosting}.zip");

    /// <summary>The build context of an image.</summary>
    internal string Image(string name) => directory.File($"packages/images/{name}");

    public async Task InitializeAsync()
    {
        // Only one build runs in the repository at a time, as for run.sh.
        await using var packing = RunningProcess.Start("flock", [Repository.Root, Path.Combine(Repository.Root, "infra", "package.sh"), "--reuse", directory.File("packages")]);
        var exitCode = await packing.ExitAsync(Deadline);
        if (exitCode != 0)
            throw new InvalidOperationException($"infra/package.sh ended with {exitCode}:\n{packing.Log}");
        ZipFile.ExtractToDirectory(Package("isolated"), Isolated);
        ZipFile.ExtractToDirectory(Package("custom"), Custom);
    }

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose() => directory.Dispose();
}
