using Azure.Core;
using Dragoman.Catalog;
using Dragoman.Conversation;
using Dragoman.Providers;

namespace Dragoman.Gateway.Tests.Providers;

public class AzureOpenAIProviderTests
{
    private static ProviderSettings Settings(string baseUrl, string? key = null, ProviderOptions? options = null) =>
        new("azure", "azure-openai", new Uri(baseUrl), key, PublishesAll: false, Timeouts.Default) { Options = options ?? ProviderOptions.None };

    [Theory]
    [InlineData("https://r.openai.azure.com/openai/v1/", "chat/completions", null, "https://r.openai.azure.com/openai/v1/chat/completions")]
    [InlineData("https://r.openai.azure.com/openai/v1/", "responses", "preview", "https://r.openai.azure.com/openai/v1/responses?api-version=preview")]
    [InlineData("https://r.openai.azure.com/", "chat/completions", null, "https://r.openai.azure.com/openai/deployments/my%20gpt%2F..%3Fx/chat/completions?api-version=2024-10-21")]
    [InlineData("https://r.openai.azure.com/", "responses", "2025-03-01-preview", "https://r.openai.azure.com/openai/responses?api-version=2025-03-01-preview")]
    public void A_call_goes_to_its_endpoint(string baseUrl, string path, string? version, string expected)
    {
        var call = new UpstreamCall(path, default) { Model = "my gpt/..?x" };
        var settings = Settings(baseUrl, options: ProviderOptions.None with { ApiVersion = version });
        Assert.Equal(expected, AzureOpenAIProvider.Kind.AddressOf(settings, settings.BaseUrl!, call).AbsoluteUri);
    }

    [Fact]
    public async Task A_key_goes_in_its_own_header_and_no_token_is_asked_for()
    {
        using var request = new HttpRequestMessage();
        await AzureOpenAIProvider.Kind.AuthenticateAsync(Settings("https://r.openai.azure.com/openai/v1/", "secret"), request.Headers, CancellationToken.None);
        Assert.Equal("secret", Assert.Single(request.Headers.GetValues("api-key")));
        Assert.Null(request.Headers.Authorization);
    }

    [Fact]
    public async Task A_token_is_kept_for_its_scope_until_shortly_before_it_expires()
    {
        var clock = new ManualTimeProvider();
        var credential = new ScriptedCredential(clock);
        var kind = new AzureOpenAIProvider(new EntraTokens(() => credential, clock));
        Assert.Equal("Bearer https://ai.azure.com/.default 1", await AuthorizationOf("https://r.openai.azure.com/openai/v1/"));
        Assert.Equal("Bearer https://ai.azure.com/.default 1", await AuthorizationOf("https://r.openai.azure.com/openai/v1/"));
        Assert.Equal("Bearer https://cognitiveservices.azure.com/.default 2", await AuthorizationOf("https://r.openai.azure.com/"));
        clock.Advance(TimeSpan.FromMinutes(56));
        Assert.Equal("Bearer https://ai.azure.com/.default 3", await AuthorizationOf("https://r.openai.azure.com/openai/v1/"));

        async Task<string> AuthorizationOf(string baseUrl)
        {
            using var request = new HttpRequestMessage();
            await kind.AuthenticateAsync(Settings(baseUrl), request.Headers, CancellationToken.None);
            return request.Headers.Authorization!.ToString();
        }
    }

    private sealed class ScriptedCredential(TimeProvider clock) : TokenCredential
    {
        private int count;

        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            new($"{requestContext.Scopes[0]} {++count}", clock.GetUtcNow() + TimeSpan.FromHours(1));

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            new(GetToken(requestContext, cancellationToken));
    }
}
