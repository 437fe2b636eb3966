using OpenAI.Embeddings;
using Xunit;

namespace Dragoman.Functional.Tests.Sdks;

/// <summary><see cref="EmbeddingClient"/>, which requests base64, with every provider.</summary>
[Collection(SdkTests.Name)]
public class EmbeddingTests(SdkDeployment deployment)
{
    public static TheoryData<string> Providers => [.. Conformance.ProviderNames];

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task Texts_that_share_words_lie_near_each_other(string provider)
    {
        var model = Conformance.Model(provider, "embedding");
        Expectation expected = model is null ? new Expectation.Refused("embed") : new Expectation.Ok();
        await expected.CheckAsync(async () =>
        {
            var answer = await EmbedAsync(
                model ?? Conformance.Model(provider, "chat")!, "the river meets the sea", "where the river ends", "invoice 17");
            var vectors = answer.Select(embedding => embedding.ToFloats().ToArray()).ToList();
            Assert.Equal([0, 1, 2], answer.Select(embedding => embedding.Index));
            Assert.All(vectors, vector => Assert.Equal(1, Similarity(vector, vector), 0.01));
            Assert.True(Similarity(vectors[0], vectors[1]) > Similarity(vectors[0], vectors[2]));
            Assert.InRange(answer.Usage.InputTokenCount, 1, 100);
        });
        foreach (var sdk in deployment.Sdks.Values)
        {
            // The report lists the library's embeddings beside its chat.
            deployment.Results.Add(
                sdk, provider, "embeddings", sdk is OpenAIChatSdk ? expected : new Expectation.NotApplicable("the client has no embeddings"));
        }
    }

    private Task<OpenAIEmbeddingCollection> EmbedAsync(string model, params string[] texts) => OpenAISdk.Understand(async () =>
        (await new EmbeddingClient(model, OpenAISdk.Key, OpenAISdk.Options(deployment.Stack.Door.Address)).GenerateEmbeddingsAsync(texts)).Value);

    private static float Similarity(float[] left, float[] right) => left.Zip(right, (a, b) => a * b).Sum();
}
