using Azure.Core;
using Dragoman.Configuration;
using Dragoman.Conversation;
using Dragoman.Dialects;
using Dragoman.Gateway.Tests.Dialects;
using Dragoman.Identity;
using Dragoman.Providers;
using Dragoman.Secrets;

namespace Dragoman.Gateway.Tests.Providers;

public class AzureOpenAIProviderTests
{
    private static readonly AzureOpenAIProvider Kind = new(EntraTokens.Default);

    private static ProviderSettings Settings(string baseUrl, string? key = null, ProviderOptions? options = null) =>
        new("azure", "azure-openai", new Uri(baseUrl), key is null ? null : SecretReference.OfLiteral(key), PublishesAll: false, Timeouts.Default) { Options = options ?? ProviderOptions.None };

    [Theory]
    [InlineData("https://r.openai.azure.com/openai/v1/", "chat/completions", null, "https://r.openai.azure.com/openai/v1/chat/completions")]
    [InlineData("https://r.openai.azure.com/openai/v1/", "responses", "preview", "https://r.openai.azure.com/openai/v1/responses?api-version=preview")]
    [InlineData("https://r.openai.azure.com/", "chat/completions", null, "https://r.openai.azure.com/openai/deployments/my_gpt-4.1/chat/completions?api-version=2024-10-21")]
    [InlineData("https://r.openai.azure.com/", "responses", "2025-03-01-preview", "https://r.openai.azure.com/openai/v1/responses")]
    [InlineData("https://r.openai.azure.com/", "responses/input_tokens", null, "https://r.openai.azure.com/openai/v1/responses/input_tokens")]
    public void A_call_goes_to_its_endpoint(string baseUrl, string path, string? version, string expected)
    {
        var call = new UpstreamCall(path, default) { Model = "my_gpt-4.1" };
        var settings = Settings(baseUrl, options: ProviderOptions.None with { ApiVersion = version });
        Assert.Equal(expected, Kind.AddressOf(settings, settings.BaseUrl!, call).AbsoluteUri);
    }

    [Theory]
    [InlineData("")]
    [InlineData("..")]
    [InlineData("my gpt")]
    [InlineData("my/gpt")]
    [InlineData("my%2fgpt")]
    [InlineData("gpt?x")]
    [InlineData("gpt\\x")]
    public void A_deployment_is_one_segment_of_the_path(string deployment)
    {
        var settings = Settings("https://r.openai.azure.com/");
        var error = Assert.Throws<GatewayException>(() => Kind.AddressOf(settings, settings.BaseUrl!, new UpstreamCall("chat/completions", default) { Model = deployment })).Error;
        Assert.Equal((ErrorKind.ModelNotFound, "model"), (error.Kind, error.Field));
    }

    private static VerifiedRequest Verified(ProviderKind kind, ProviderSettings settings, HttpRequestMessage request)
    {
        var call = new UpstreamCall("chat/completions", default) { Model = "gpt" };
        request.RequestUri = kind.AddressOf(settings, settings.BaseUrl!, call);
        return VerifiedRequest.Of(request, new UpstreamAddress(settings.BaseUrl!, kind.RootsOf(settings, settings.BaseUrl!)));
    }

    [Fact]
    public async Task A_key_goes_in_its_own_header_and_no_token_is_asked_for()
    {
        using var request = new HttpRequestMessage();
        var settings = Settings("https://r.openai.azure.com/openai/v1/", "secret");
        await Kind.AuthenticateAsync(settings, "secret", Verified(Kind, settings, request), CancellationToken.None);
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
        // The old token is still valid, so no request waits for the new one.
        Assert.Equal("Bearer https://ai.azure.com/.default 1", await AuthorizationOf("https://r.openai.azure.com/openai/v1/"));
        Assert.True(SpinWait.SpinUntil(() => AuthorizationOf("https://r.openai.azure.com/openai/v1/") is { IsCompletedSuccessfully: true } sent && sent.Result == "Bearer https://ai.azure.com/.default 3", TimeSpan.FromSeconds(30)));
        clock.Advance(TimeSpan.FromMinutes(60));
        Assert.Equal("Bearer https://ai.azure.com/.default 4", await AuthorizationOf("https://r.openai.azure.com/openai/v1/"));

        async Task<string> AuthorizationOf(string baseUrl)
        {
            using var request = new HttpRequestMessage();
            await kind.AuthenticateAsync(Settings(baseUrl), null, Verified(kind, Settings(baseUrl), request), CancellationToken.None);
            return request.Headers.Authorization!.ToString();
        }
    }

    [Theory]
    [InlineData("https://r.openai.azure.com/", "2024-06-01", "max_tokens")]
    [InlineData("https://r.openai.azure.com/", "2024-08-01-preview", "max_tokens")]
    [InlineData("https://r.openai.azure.com/", "2024-09-01-preview", "max_completion_tokens")]
    [InlineData("https://r.openai.azure.com/", "2024-10-21", "max_completion_tokens")]
    [InlineData("https://r.openai.azure.com/", null, "max_completion_tokens")]
    [InlineData("https://r.openai.azure.com/openai/v1/", "preview", "max_completion_tokens")]
    [InlineData("https://r.openai.azure.com/openai/v1/", null, "max_completion_tokens")]
    public void The_limit_has_the_name_that_the_version_knows(string baseUrl, string? version, string name)
    {
        var settings = Settings(baseUrl, options: ProviderOptions.None with { ApiVersion = version });
        var request = new ChatRequest { Model = "m", Turns = [Turn.Of(Role.User, "hi")], Sampling = new Sampling { MaxOutputTokens = 5 } };
        var sent = Kind.ApiOf(settings, settings.BaseUrl!).For(request, "gpt-4.1").Send(request, "gpt-4.1");
        Assert.Equal(["model", "messages", name], sent.Body.Names());
    }

    [Fact]
    public void A_deployment_that_is_told_is_treated_as_its_model()
    {
        var settings = Settings("https://r.openai.azure.com/", options: ProviderOptions.None with { BaseModels = new Dictionary<string, string> { ["prod"] = "gpt-5" } });
        using var provider = new Provider(settings, TimeProvider.System);
        var request = new ChatRequest { Model = "m", Turns = [Turn.Of(Role.User, "hi")], Sampling = new Sampling { Temperature = 0.5 } };
        Assert.Equal(["model", "messages"], Send("prod").Body.Names());
        Assert.Equal(["model", "messages", "temperature"], Send("other").Body.Names());
        Assert.Equal("https://r.openai.azure.com/openai/deployments/prod/chat/completions?api-version=2024-10-21", Kind.AddressOf(settings, settings.BaseUrl!, Dialect("prod").Write(request, provider.ModelOf(new Target("azure", "prod")), new LossReport())).AbsoluteUri);

        IOutboundDialect Dialect(string name) => provider.Api.For(request, provider.ModelOf(new Target("azure", name)));

        Sent Send(string name) => Dialect(name).Send(request, provider.ModelOf(new Target("azure", name)));
    }

    [Fact]
    public async Task A_provider_without_a_token_is_told_to_the_client_in_short()
    {
        var kind = new AzureOpenAIProvider(new EntraTokens(() => throw new ArgumentException("sentinel"), TimeProvider.System));
        var settings = Settings("https://r.openai.azure.com/openai/v1/");
        using var request = new HttpRequestMessage();
        var error = (await Assert.ThrowsAsync<GatewayException>(async () => await kind.AuthenticateAsync(settings, null, Verified(kind, settings, request), CancellationToken.None))).Error;
        Assert.Equal((502, "upstream_auth_failed", "Microsoft Entra ID gave the gateway no token for its provider."), (error.Status, error.Code, error.Message));
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
