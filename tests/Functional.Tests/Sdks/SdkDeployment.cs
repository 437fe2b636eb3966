using System.Text.Json;
using Dragoman.Functional.Tests.Harness;
using Xunit;

namespace Dragoman.Functional.Tests.Sdks;

/// <summary>One full deployment with the emulator's six dialects as its providers, for every client library.</summary>
public sealed class SdkDeployment : IAsyncLifetime
{
    internal DragomanStack Stack { get; private set; } = null!;

    internal IReadOnlyDictionary<string, ISdk> Sdks { get; private set; } = null!;

    internal ConformanceResults Results { get; } = new();

    internal AnthropicSdk Anthropic { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        var listed = Conformance.ProviderNames.Where(provider => provider != "azure")
            .ToDictionary(provider => $"DRAGOMAN__providers__{provider}__publish", string? (_) => "all");
        Stack = await DragomanStack.StartFullAsync(listed, Conformance.Providers);
        Anthropic = new AnthropicSdk(Stack.Door.Address);
        ISdk[] sdks = [new OpenAIChatSdk(Stack.Door.Address), new OpenAIResponsesSdk(Stack.Door.Address), Anthropic];
        Sdks = sdks.ToDictionary(sdk => sdk.Name);
    }

    public async Task DisposeAsync()
    {
        Anthropic.Dispose();
        Results.Dispose();
        await Stack.DisposeAsync();
    }

    /// <summary>The requests that the providers received while <paramref name="asking"/> ran, in their own dialects.</summary>
    internal async Task<IReadOnlyList<JsonElement>> SentToProviderAsync(Func<Task> asking)
    {
        using var forgotten = await Stack.Emulator.Client.DeleteAsync(new Uri("/__emulator/requests", UriKind.Relative));
        forgotten.EnsureSuccessStatusCode();
        await asking();
        return await Stack.ProviderRequestsAsync();
    }
}

[CollectionDefinition(Name)]
public sealed class SdkTests : ICollectionFixture<SdkDeployment>
{
    public const string Name = "client libraries";
}
