using Xunit;

namespace Dragoman.Functional.Tests.Sdks;

/// <summary>Every official .NET client library with every provider: nginx, sidecar, functions and emulator together.</summary>
[Collection(SdkTests.Name)]
public class ConversationTests(SdkDeployment deployment)
{
    private static readonly string[] Clients = [OpenAIChatSdk.Title, OpenAIResponsesSdk.Title, AnthropicSdk.Title];

    /// <summary>The features that do not simply work. A null client or provider stands for all of them.</summary>
    private static readonly IReadOnlyList<(string Feature, string? Client, string? Provider, Expectation Expected)> Exceptions =
    [
        ("stop sequence", OpenAIResponsesSdk.Title, null, new Expectation.NotApplicable("Responses have no stop sequences")),
        ("error: unknown model", null, "compatible", new Expectation.NotApplicable("a compatible server may take any model's name")),
    ];

    public static TheoryData<string, string, string, bool> Cells
    {
        get
        {
            var cells = new TheoryData<string, string, string, bool>();
            foreach (var client in Clients)
            {
                foreach (var provider in Conformance.ProviderNames)
                {
                    foreach (var feature in SdkFeatures.All.Keys)
                    {
                        cells.Add(client, provider, feature, false);
                        cells.Add(client, provider, feature, true);
                    }
                }
            }
            return cells;
        }
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public async Task A_feature_works_or_is_refused_by_name(string client, string provider, string feature, bool streamed)
    {
        var sdk = deployment.Sdks[client];
        var expected = Expected(client, provider, feature);
        await expected.CheckAsync(() => SdkFeatures.All[feature](new SdkFeatures(deployment), sdk, provider, streamed));
        deployment.Results.Add(sdk, provider, feature, streamed, expected);
    }

    private static Expectation Expected(string client, string provider, string feature) =>
        Exceptions.FirstOrDefault(exception => exception.Feature == feature
            && (exception.Client ?? client) == client && (exception.Provider ?? provider) == provider).Expected ?? new Expectation.Ok();
}
