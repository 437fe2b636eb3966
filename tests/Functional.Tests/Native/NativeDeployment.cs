using Dragoman.Functional.Tests.Harness;
using Xunit;

namespace Dragoman.Functional.Tests.Native;

/// <summary>A full deployment of the native executables, with every provider of the emulator.</summary>
public sealed class NativeDeployment : IAsyncLifetime
{
    internal DragomanStack Stack { get; private set; } = null!;

    public async Task InitializeAsync() => Stack = await DragomanStack.StartFullAsync(configuration: Configure, executables: Repository.NativeExecutable);

    public async Task DisposeAsync() => await Stack.DisposeAsync();

    private static string Configure(Uri emulator) =>
        $$"""{ "providers": { {{string.Join(", ", ProviderDialect.All.Select(provider => provider.Entry(provider.Name, emulator)))}} } }""";
}
