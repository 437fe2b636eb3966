using Azure.Core;
using Dragoman.Configuration;
using Dragoman.Conversation;
using Dragoman.Dialects;
using Dragoman.Identity;
using Dragoman.Providers;

namespace Dragoman.Gateway.Tests.Providers;

public sealed class UpstreamAddressTests
{
    private static readonly Uri BaseUrl = new("https://provider.test/base/v1/");

    private static readonly UpstreamAddress Own = new(BaseUrl, ["/base/v1/", "/base/api/load"]);

    private static HttpRequestMessage To(string address) => new(HttpMethod.Post, new Uri(address, UriKind.RelativeOrAbsolute));

    [Theory]
    [InlineData("https://provider.test/base/v1/chat/completions")]
    [InlineData("https://PROVIDER.test:443/base/v1/models?limit=1000")]
    [InlineData("https://provider.test/base/v1/models/x%3A7b%40q4:generateContent")]
    [InlineData("https://provider.test/base/api/load")]
    public void An_address_of_the_providers_is_passed(string address)
    {
        using var request = To(address);
        Own.Check(request);
        Assert.NotNull(VerifiedRequest.Of(request, Own).Headers);
    }

    [Theory]
    [InlineData("http://provider.test/base/v1/x")]
    [InlineData("https://provider.test:444/base/v1/x")]
    [InlineData("https://provider.test.evil/base/v1/x")]
    [InlineData("https://evil/base/v1/x")]
    [InlineData("https://user@provider.test/base/v1/x")]
    [InlineData("https://provider.test/base/v1/x#y")]
    [InlineData("https://provider.test/base/v1/")]
    [InlineData("https://provider.test/base/v1")]
    [InlineData("https://provider.test/base/v11/x")]
    [InlineData("https://provider.test/BASE/v1/x")]
    [InlineData("https://provider.test/base/v1/../x")]
    [InlineData("https://provider.test/base/v1//x")]
    [InlineData("https://provider.test/base/v1/x%2f..%2fy")]
    [InlineData("https://provider.test/base/v1/x%5cy")]
    [InlineData("https://provider.test/base/v1/%252e%252e/x")]
    [InlineData("https://provider.test/base/v1/x%0d%0ay")]
    [InlineData("https://provider.test/base/api/load/x")]
    [InlineData("https://provider.test/base/api/loads")]
    [InlineData("/base/v1/x")]
    public void Any_other_is_no_model(string address)
    {
        using var request = To(address);
        var error = Assert.Throws<GatewayException>(() => VerifiedRequest.Of(request, Own)).Error;
        Assert.Equal((ErrorKind.ModelNotFound, "model"), (error.Kind, error.Field));
    }

    [Fact]
    public void Another_host_in_the_header_is_another_host()
    {
        using var request = To("https://provider.test/base/v1/x");
        request.Headers.Host = "evil";
        Assert.Throws<GatewayException>(() => Own.Check(request));
    }

    [Fact]
    public void A_request_that_was_not_checked_has_no_headers_to_put_a_key_into() =>
        Assert.Throws<InvalidOperationException>(() => default(VerifiedRequest).Headers);

    [Theory]
    [InlineData("chat/completions", "https://provider.test/base/v1/chat/completions")]
    [InlineData("models/x%3Ay:generateContent?alt=sse", "https://provider.test/base/v1/models/x%3Ay:generateContent?alt=sse")]
    [InlineData("http:x", "https://provider.test/base/v1/http:x")]
    [InlineData("", null)]
    [InlineData("/x", null)]
    [InlineData("//evil/x", null)]
    [InlineData("\\\\evil\\x", null)]
    [InlineData("http://evil/x", null)]
    [InlineData("x/../../y", null)]
    [InlineData("x/./y", null)]
    [InlineData("x#y", null)]
    [InlineData("x y", null)]
    [InlineData("x%2fy", null)]
    [InlineData("x%zz", null)]
    [InlineData("x%2", null)]
    [InlineData("é", null)]
    public void A_path_is_joined_letter_by_letter_or_not_at_all(string path, string? expected)
    {
        if (expected is null)
            Assert.Throws<GatewayException>(() => UpstreamAddress.Below(BaseUrl, path));
        else
            Assert.Equal(expected, UpstreamAddress.Below(BaseUrl, path).AbsoluteUri);
    }

    /// <summary>Checks Azure, whose tokens come from Entra ID. AnyNameTests checks the keys of all kinds of providers.</summary>
    [Fact]
    public async Task No_credential_is_even_asked_for_when_a_call_leads_elsewhere()
    {
        await using var upstream = await ScriptedUpstream.StartAsync();
        var credential = new CountingCredential();
        var settings = new ProviderSettings("azure", "azure-openai", new Uri(upstream.BaseUrl + "/"), null, PublishesAll: false, Timeouts.Default) { Options = ProviderOptions.None with { Deployments = false } };
        using var provider = new Provider(settings, TimeProvider.System, null, new AzureOpenAIProvider(new EntraTokens(() => credential, TimeProvider.System)));
        foreach (var path in (string[])["//127.0.0.66/x", "../x", "http://127.0.0.66/", "x/..", "x\\y", ""])
        {
            var error = (await Assert.ThrowsAsync<GatewayException>(() => provider.SendAsync(new UpstreamCall(path, "{}"u8.ToArray()), CancellationToken.None))).Error;
            Assert.Equal(ErrorKind.ModelNotFound, error.Kind);
        }

        Assert.Equal(0, credential.Asked);
        Assert.Empty(upstream.Paths);
        using var response = await provider.SendAsync(new UpstreamCall("chat/completions", "{}"u8.ToArray()), CancellationToken.None);
        Assert.Equal((1, "/v1/chat/completions"), (credential.Asked, Assert.Single(upstream.Paths)));
    }

    private sealed class CountingCredential : TokenCredential
    {
        public int Asked { get; private set; }

        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken)
        {
            Asked++;
            return new("token", DateTimeOffset.UtcNow + TimeSpan.FromHours(1));
        }

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            new(GetToken(requestContext, cancellationToken));
    }
}
