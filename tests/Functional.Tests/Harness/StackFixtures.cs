using Xunit;

namespace Dragoman.Functional.Tests.Harness;

/// <summary>One full deployment for the tests of a class that leave it as they found it.</summary>
public sealed class FullDeployment : IAsyncLifetime
{
    internal DragomanStack Stack { get; private set; } = null!;

    public async Task InitializeAsync() => Stack = await DragomanStack.StartFullAsync();

    public async Task DisposeAsync() => await Stack.DisposeAsync();
}

/// <summary>One small deployment for the tests of a class that leave it as they found it.</summary>
public sealed class SmallDeployment : IAsyncLifetime
{
    internal DragomanStack Stack { get; private set; } = null!;

    public async Task InitializeAsync() => Stack = await DragomanStack.StartSmallAsync();

    public async Task DisposeAsync() => await Stack.DisposeAsync();
}
