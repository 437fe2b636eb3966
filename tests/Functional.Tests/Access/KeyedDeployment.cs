using Xunit;

namespace Dragoman.Functional.Tests.Access;

/// <summary>One deployment that asks for keys, with a team and its key, for tests that leave it unchanged.</summary>
public sealed class KeyedDeployment : IAsyncLifetime
{
    /// <summary>It has the form and the checksum of a key, and nobody made it.</summary>
    public const string UnknownKey = "dgm_0123456789abABCDEFGHIJKLMNOPQRSTUV4AwEps";

    /// <summary>An address whose clients need no key.</summary>
    internal const string KeylessAddress = "127.0.0.3";

    internal KeyedStack Keyed { get; private set; } = null!;

    internal string Key { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Keyed = await KeyedStack.StartAsync($$"""{"keyless":{"team":"guests","networks":["{{KeylessAddress}}"] } }""");
        await Keyed.TeamAsync("web");
        await Keyed.TeamAsync("guests");
        Key = await Keyed.KeyAsync("web");
    }

    public async Task DisposeAsync() => await Keyed.DisposeAsync();
}

[CollectionDefinition(Name)]
public sealed class KeyedTests : ICollectionFixture<KeyedDeployment>
{
    public const string Name = "keyed deployment";
}
