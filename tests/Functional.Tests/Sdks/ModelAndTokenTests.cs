using OpenAI.Models;
using Xunit;

namespace Dragoman.Functional.Tests.Sdks;

/// <summary>Requests about models: their list, their descriptions and their token counts.</summary>
[Collection(SdkTests.Name)]
public class ModelAndTokenTests(SdkDeployment deployment)
{
    private static readonly string[] SomeListed = ["gpt-4.1", "mistral-small-latest", "gemini-2.5-flash", "claude-sonnet-5"];

    public static TheoryData<string> Providers => [.. Conformance.ProviderNames];

    [Fact]
    public async Task OpenAIs_client_lists_the_models_of_all_providers()
    {
        var models = (await OpenAIModels.GetModelsAsync()).Value.Select(model => model.Id).ToList();

        Assert.Subset(models.ToHashSet(), SomeListed.ToHashSet());
        Assert.Distinct(models);
    }

    [Fact]
    public async Task Anthropics_client_lists_the_models_of_all_providers()
    {
        var models = new List<string>();
        for (var page = await deployment.Anthropic.Client.Models.List(); ; page = await page.Next())
        {
            models.AddRange(page.Items.Select(model => model.ID));
            if (!page.HasNext())
                break;
        }

        Assert.Subset(models.ToHashSet(), SomeListed.ToHashSet());
        Assert.Distinct(models);
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task Both_clients_find_a_model_by_its_name_with_a_slash(string provider)
    {
        var name = Conformance.Model(provider, "chat")!;

        Assert.Equal(name, (await OpenAIModels.GetModelAsync(name)).Value.Id);
        var model = await deployment.Anthropic.Client.Models.Retrieve(name);
        Assert.Equal(name, model.ID);
        Assert.NotEqual("", model.DisplayName);
    }

    [Fact]
    public async Task Both_clients_are_told_of_a_model_that_nobody_has()
    {
        var openAI = await Assert.ThrowsAsync<SdkRefusal>(() => OpenAISdk.Understand(() => OpenAIModels.GetModelAsync("nobody-has-it")));
        var anthropic = await Assert.ThrowsAsync<SdkRefusal>(
            () => AnthropicSdk.Understand(() => deployment.Anthropic.Client.Models.Retrieve("nobody-has-it")));

        Assert.All([openAI, anthropic], refusal =>
        {
            Assert.Equal(404, refusal.Status);
            Assert.False(string.IsNullOrEmpty(refusal.RequestId));
        });
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task Anthropics_client_counts_tokens(string provider)
    {
        var prompt = Prompt.Ask(Conformance.Model(provider, "chat")!, "How long is this?");
        var count = await deployment.Anthropic.CountTokensAsync(prompt);
        var longer = await deployment.Anthropic.CountTokensAsync(prompt with { System = "Answer with all the patience that you have." });

        Assert.InRange(count, 1, longer - 1);
    }

    private OpenAIModelClient OpenAIModels => new(OpenAISdk.Key, OpenAISdk.Options(deployment.Stack.Door.Address));
}
