using Azure.Core.Pipeline;
using Dragoman.Identity;
using Microsoft.AspNetCore.Http;

namespace Dragoman.Gateway.Tests.Identity;

/// <summary>The sources of Azure's library, unmodified, against stand-ins. They read variables of the process, so that nothing else may run.</summary>
[Collection(nameof(ProcessVariables))]
public sealed class CredentialSourceTests : IAsyncLifetime
{
    private static readonly string[] Variables =
    [
        "IDENTITY_ENDPOINT", "IDENTITY_HEADER", "AZURE_CLIENT_ID", "AZURE_TENANT_ID", "AZURE_CLIENT_SECRET", "AZURE_FEDERATED_TOKEN_FILE", "AZURE_TOKEN_CREDENTIALS", "PATH",
    ];

    private readonly Dictionary<string, string?> before = Variables.ToDictionary(name => name, Environment.GetEnvironmentVariable);
    private readonly string file = Path.GetTempFileName();
    private StandInIdentity? identity;

    public async Task InitializeAsync()
    {
        identity = await StandInIdentity.StartAsync();
        foreach (var name in Variables)
            Environment.SetEnvironmentVariable(name, null);
    }

    public async Task DisposeAsync()
    {
        foreach (var (name, value) in before)
            Environment.SetEnvironmentVariable(name, value);
        File.Delete(file);
        await identity!.DisposeAsync();
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData("11111111-2222-3333-4444-555555555555", null)]
    [InlineData(null, "prod")]
    [InlineData("11111111-2222-3333-4444-555555555556", "ManagedIdentityCredential")]
    public async Task A_managed_identity_of_an_app_gives_tokens(string? clientId, string? selection)
    {
        UseManagedIdentity();
        Environment.SetEnvironmentVariable("AZURE_TOKEN_CREDENTIALS", selection);
        var scope = $"https://{Guid.NewGuid():N}.example.com";
        var tokens = new EntraTokens(new IdentitySettings { ClientId = clientId }, TimeProvider.System);
        var all = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => tokens.GetAsync($"{scope}/.default", CancellationToken.None).AsTask()));
        Assert.All(all, token => Assert.Equal("token-1", token));
        Assert.Equal("managed", tokens.Source);
        var asked = Assert.Single(identity!.Asked);
        Assert.Contains("api-version=2019-08-01", asked, StringComparison.Ordinal);
        Assert.Contains($"resource={scope}", Uri.UnescapeDataString(asked), StringComparison.Ordinal);
        Assert.Equal(clientId is not null, asked.Contains($"client_id={clientId ?? "-"}", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_workload_identity_exchanges_the_token_of_its_file()
    {
        await File.WriteAllTextAsync(file, "token-of-kubernetes");
        Environment.SetEnvironmentVariable("AZURE_FEDERATED_TOKEN_FILE", file);
        var tokens = new EntraTokens(Settings(), TimeProvider.System);
        Assert.Equal("token-1", await tokens.GetAsync("https://vault.azure.net/.default", CancellationToken.None));
        Assert.Equal("workload", tokens.Source);
        var asked = Assert.Single(identity!.Asked);
        Assert.StartsWith("/contoso/oauth2/v2.0/token ", asked, StringComparison.Ordinal);
        Assert.Contains("client_assertion=token-of-kubernetes", asked, StringComparison.Ordinal);
        Assert.Contains("scope=https://vault.azure.net/.default", asked, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_workload_identity_that_is_refused_is_no_reason_to_try_another()
    {
        await File.WriteAllTextAsync(file, "token-of-kubernetes");
        Environment.SetEnvironmentVariable("AZURE_FEDERATED_TOKEN_FILE", file);
        UseManagedIdentity();
        identity!.Instead = http =>
        {
            http.Response.StatusCode = 400;
            http.Response.ContentType = "application/json";
            return http.Response.WriteAsync("""{ "error": "invalid_client", "error_description": "AADSTS70021: No matching federated identity record found for presented assertion." }""");
        };
        var error = await Assert.ThrowsAsync<EntraException>(async () => await new EntraTokens(Settings(), TimeProvider.System).GetAsync("https://x/.default", CancellationToken.None));
        Assert.Equal(["environment", "workload"], error.Attempts.Select(attempt => attempt.Source));
        Assert.Equal("AADSTS70021: No matching federated identity record found for presented assertion", error.Attempts[^1].Answer);
        Assert.Contains("check the federated credential", error.Details, StringComparison.Ordinal);
        Assert.Equal("Microsoft Entra ID gave the gateway no token.", error.Message);
    }

    /// <summary>This machine has no tool of developers in the path of the test, and is not in Azure or gives no token.</summary>
    [Fact]
    public async Task Without_any_identity_each_source_says_what_to_do()
    {
        Environment.SetEnvironmentVariable("PATH", "");
        identity!.Instead = http =>
        {
            http.Response.StatusCode = 400;
            http.Response.ContentType = "application/json";
            return http.Response.WriteAsync("""{ "statusCode": 400, "message": "No User Assigned or Delegated Managed Identity found for specified ClientId/ResourceId/PrincipalId." }""");
        };
        UseManagedIdentity();
        var error = await Assert.ThrowsAsync<EntraException>(async () => await new EntraTokens(IdentitySettings.Default, TimeProvider.System).GetAsync($"https://{Guid.NewGuid():N}/.default", CancellationToken.None));
        Assert.Contains("environment: ", error.Details, StringComparison.Ordinal);
        Assert.Contains("not set: AZURE_FEDERATED_TOKEN_FILE, AZURE_CLIENT_ID, AZURE_TENANT_ID", error.Details, StringComparison.Ordinal);
        Assert.Contains("managed: ", error.Details, StringComparison.Ordinal);
        Assert.DoesNotContain("DefaultAzureCredential", error.Details, StringComparison.Ordinal);
        Assert.DoesNotContain("\n", error.Details, StringComparison.Ordinal);
    }

    private void UseManagedIdentity()
    {
        Environment.SetEnvironmentVariable("IDENTITY_ENDPOINT", identity!.Endpoint);
        Environment.SetEnvironmentVariable("IDENTITY_HEADER", identity.Header);
    }

    private IdentitySettings Settings() => new()
    {
        ClientId = "11111111-2222-3333-4444-555555555555",
        TenantId = "contoso",
        AuthorityHost = new Uri(identity!.Authority),
        // The certificate is the stand-in's own.
        Transport = new HttpClientTransport(new HttpClientHandler { ServerCertificateCustomValidationCallback = HttpClientHandler.DangerousAcceptAnyServerCertificateValidator }),
    };
}

/// <summary>Tests that change variables of the process.</summary>
[CollectionDefinition(nameof(ProcessVariables), DisableParallelization = true)]
public sealed class ProcessVariables;
