using Azure.Core;
using Azure.Identity;
using Dragoman.Identity;

namespace Dragoman.Gateway.Tests.Identity;

public sealed class CredentialChainTests
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(20);
    private static readonly TokenRequestContext Context = new(["scope"]);

    private readonly ManualTimeProvider clock = new();

    [Theory]
    [InlineData(null, "environment workload managed visualStudio azureCli azurePowerShell azureDeveloperCli")]
    [InlineData("", "environment workload managed visualStudio azureCli azurePowerShell azureDeveloperCli")]
    [InlineData("prod", "environment workload managed")]
    [InlineData(" DEV ", "visualStudio azureCli azurePowerShell azureDeveloperCli")]
    [InlineData("ManagedIdentityCredential", "managed")]
    [InlineData("azureclicredential", "azureCli")]
    public void The_variable_of_Azures_libraries_selects_the_sources(string? selection, string expected)
    {
        Assert.Equal(expected.Split(' '), CredentialSource.Chosen(IdentitySettings.Default, selection).Select(source => source.Name));
        Assert.Equal(["managed", "environment"], CredentialSource.Chosen(new() { Chain = ["managed", "environment"] }, selection).Select(source => source.Name));
    }

    [Fact]
    public void A_wrong_variable_is_answered_with_what_is_allowed() => Assert.Equal(
        "environment variable AZURE_TOKEN_CREDENTIALS: selects no source of tokens; allowed: dev, prod, EnvironmentCredential, WorkloadIdentityCredential, ManagedIdentityCredential, VisualStudioCredential, AzureCliCredential, AzurePowerShellCredential, AzureDeveloperCliCredential",
        Assert.Throws<FormatException>(() => CredentialSource.Chosen(IdentitySettings.Default, "production")).Message);

    [Fact]
    public async Task The_first_source_with_a_token_is_the_only_one_from_then_on()
    {
        var first = new Scripted(_ => throw new CredentialUnavailableException("not here"));
        var second = new Scripted(_ => new("token"));
        var chain = Chain((0, first), (1, second));
        Assert.Equal("token", (await chain.GetTokenAsync(Context, default)).Token);
        Assert.Equal("token", (await chain.GetTokenAsync(Context, default)).Token);
        Assert.Equal((1, 2, "workload"), (first.Calls, second.Calls, chain.Answered));
        second.Answer = _ => throw new CredentialUnavailableException("gone");
        var error = await Assert.ThrowsAsync<EntraException>(async () => await chain.GetTokenAsync(Context, default));
        Assert.Equal("workload", Assert.Single(error.Attempts).Source);
    }

    [Fact]
    public async Task A_failure_says_what_was_tried_what_it_answered_and_what_to_do()
    {
        var chain = Chain((0, Unavailable("EnvironmentCredential is unavailable.\nmore")), (1, Unavailable("no file")), (4, Unavailable("Azure CLI not installed. See the troubleshooting guide for more.")));
        var error = await Assert.ThrowsAsync<EntraException>(async () => await chain.GetTokenAsync(Context, default));
        Assert.StartsWith("The gateway found no credential", error.Message, StringComparison.Ordinal);
        Assert.True(error.IsMissing);
        Assert.Equal(
            "environment: EnvironmentCredential is unavailable (set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET or AZURE_CLIENT_CERTIFICATE_PATH)"
            + " | workload: no file (not set: AZURE_FEDERATED_TOKEN_FILE; in Kubernetes the pod needs the label azure.workload.identity/use and a service account with a client id)"
            + " | azureCli: Azure CLI not installed (run az login)",
            error.Details);
    }

    /// <summary>Another identity might get a token, but then with other rights than the operator meant.</summary>
    [Fact]
    public async Task A_source_that_is_refused_ends_the_chain_unless_it_is_a_developers_tool()
    {
        var last = new Scripted(_ => new("token"));
        var refused = new Scripted(_ => throw new AuthenticationFailedException("ClientSecretCredential failed", new AuthenticationFailedException("AADSTS7000215: Invalid client secret provided.")));
        var error = await Assert.ThrowsAsync<EntraException>(async () => await Chain((0, refused), (2, last)).GetTokenAsync(Context, default));
        Assert.Equal(("AADSTS7000215: Invalid client secret provided", false), (Assert.Single(error.Attempts).Answer, error.IsMissing));
        Assert.Equal("Microsoft Entra ID gave the gateway no token.", error.Message);
        Assert.Equal("token", (await Chain((4, refused), (5, last)).GetTokenAsync(Context, default)).Token);
    }

    [Fact]
    public async Task A_source_that_does_not_answer_is_given_up()
    {
        var silent = new Scripted(_ => null);
        var asking = Chain((2, silent)).GetTokenAsync(Context, default).AsTask();
        clock.Advance(Longest);
        var error = await Assert.ThrowsAsync<EntraException>(() => asking);
        Assert.Equal("did not answer within 20 s", Assert.Single(error.Attempts).Answer);
        Assert.Equal("Microsoft Entra ID did not answer the gateway in time.", error.Message);
    }

    private static Scripted Unavailable(string message) => new(_ => throw new CredentialUnavailableException(message));

    private CredentialChain Chain(params (int Source, TokenCredential Credential)[] links) => new(
        [.. links.Select(link => (CredentialSource.All[link.Source], new Lazy<TokenCredential>(link.Credential)))],
        new IdentitySettings { ClientId = "client", TenantId = "tenant" },
        Longest,
        clock);

    /// <summary>Answers as a test says: with a token, an exception, or null for never.</summary>
    private sealed class Scripted(Func<TokenRequestContext, string?> answer) : TokenCredential
    {
        public Func<TokenRequestContext, string?> Answer { get; set; } = answer;

        public int Calls { get; private set; }

        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken) => throw new NotSupportedException();

        public override async ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken)
        {
            Calls++;
            if (Answer(requestContext) is { } token)
                return new AccessToken(token, DateTimeOffset.MaxValue);
            // As a library that does not look at its token.
            await new TaskCompletionSource().Task;
            return default;
        }
    }
}
