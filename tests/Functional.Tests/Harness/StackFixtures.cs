using Xunit;

namespace Dragoman.Functional.Tests.Harness;

/// <summary>One full deployment for a class of tests that leave it unchanged.</summary>
public sealed class FullDeployment : IAsyncLifetime
{
    internal DragomanStack Stack { get; private set; } = null!;

    public async Task InitializeAsync() => Stack = await DragomanStack.StartFullAsync();

    public async Task DisposeAsync() => await Stack.DisposeAsync();
}

/// <summary>One small deployment for a class of tests that leave it unchanged.</summary>
public sealed class SmallDeployment : IAsyncLifetime
{
    internal DragomanStack Stack { get; private set; } = null!;

    public async Task InitializeAsync() => Stack = await DragomanStack.StartSmallAsync();

    public async Task DisposeAsync() => await Stack.DisposeAsync();
}
