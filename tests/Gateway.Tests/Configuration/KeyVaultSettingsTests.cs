using Dragoman.Configuration;
using Dragoman.Secrets;

namespace Dragoman.Gateway.Tests.Configuration;

public sealed class KeyVaultSettingsTests
{
    private const string Vault = """ "keyVault": { "uri": "https://name.vault.azure.net" } """;

    [Fact]
    public void Every_secret_may_be_in_the_vault_which_is_not_asked_at_the_start()
    {
        var configuration = Read($$"""
            {
              "providers": { "p": { "dialect": "openai", "apiKey": "keyvault:openai-key" }, "q": { "dialect": "openai", "apiKey": "keyvault:openai-key/0123abcd" } },
              "access": { "mode": "keys", "adminKey": "keyvault:admin", "stateKey": "keyvault:state", "frontKey": "keyvault:front", "earlierFrontKey": "keyvault:front-before" },
              "store": { "connection": "keyvault:store" },
              "budgets": { "webhook": { "url": "https://hooks.example.com/", "secret": "keyvault:hook" } },
              "keyVault": { "uri": "https://Name.vault.azure.net/", "refreshSeconds": 60, "verifyChallenge": false }
            }
            """);
        SecretReference?[] references =
        [
            configuration.Providers[0].ApiKey, configuration.Providers[1].ApiKey, configuration.Access.AdminKey, configuration.Access.StateKey, configuration.Access.FrontKey, configuration.Access.EarlierFrontKey, configuration.StoreConnection, configuration.Budgets.Webhook!.Secret,
        ];
        Assert.Equal(
            ["keyvault:openai-key", "keyvault:openai-key/0123abcd", "keyvault:admin", "keyvault:state", "keyvault:front", "keyvault:front-before", "keyvault:store", "keyvault:hook"], references.Select(reference => $"{reference}"));
        Assert.All(references, reference => Assert.Equal(new KeyVaultSettings(new("https://name.vault.azure.net/"), TimeSpan.FromMinutes(1), VerifiesChallenge: false), reference!.Vault));
        Assert.Equal([true, false], references.Take(2).Select(reference => reference!.MayChange));
        Assert.Empty(configuration.Notices);
    }

    [Theory]
    [InlineData("""{ "keyVault": {} }""", "/keyVault/uri is required: the address of the vault; allowed: an https URL such as https://name.vault.azure.net")]
    [InlineData("""{ "keyVault": { "uri": "http://name.vault.azure.net" } }""", "/keyVault/uri must be an https URL of a vault without a path, such as https://name.vault.azure.net")]
    [InlineData("""{ "keyVault": { "uri": "https://name.vault.azure.net/secrets/x" } }""", "/keyVault/uri must be an https URL of a vault without a path, such as https://name.vault.azure.net")]
    [InlineData("""{ "keyVault": { "url": "https://name.vault.azure.net", "uri": "https://name.vault.azure.net" } }""", "/keyVault/url is not known (did you mean uri?); allowed: uri, refreshSeconds, verifyChallenge, eventsKey")]
    [InlineData("""{ "keyVault": { "uri": "https://name.vault.azure.net", "refreshSeconds": 0 } }""", "/keyVault/refreshSeconds must be a number of seconds above 0 and up to 86400")]
    [InlineData("""{ "access": { "adminKey": "keyvault:admin" } }""", "/access/adminKey keyvault: needs the address of the vault in /keyVault/uri, such as https://name.vault.azure.net")]
    [InlineData("""{ "access": { "adminKey": "keyvault:admin" }, "keyVault": { "uri": "nowhere" } }""", "/keyVault/uri must be an https URL of a vault without a path, such as https://name.vault.azure.net")]
    [InlineData("""{ "access": { "stateKey": "short-sentinel" } }""", "/access/stateKey is shorter than 32 characters, so that it could be guessed")]
    public void A_mistake_is_told_once(string json, string expected) => Assert.Equal($"test: {expected}", Assert.Single(MistakesOf(json)));

    [Theory]
    [InlineData("keyvault:")]
    [InlineData("keyvault:under_score")]
    [InlineData("keyvault:name/")]
    [InlineData("keyvault:name/version/more")]
    [InlineData("keyvault:https://name.vault.azure.net/secrets/x")]
    [InlineData("keyvault:sentinel key")]
    public void A_name_that_no_secret_can_have_is_not_repeated(string reference) => Assert.Equal(
        "test: /access/adminKey keyvault: needs the name of a secret, such as keyvault:my-key or keyvault:my-key/VERSION; allowed: letters, digits and '-'",
        Assert.Single(MistakesOf($$"""{ "access": { "adminKey": "{{reference}}" }, {{Vault}} }""")));

    [Fact]
    public void A_secret_in_the_configuration_itself_works_and_its_place_is_told()
    {
        var notices = Read("""
            {
              "providers": { "p": { "dialect": "openai", "apiKey": "sentinel-0123456789" }, "local": { "dialect": "openai", "apiKey": "lm-studio" }, "e": { "dialect": "openai", "apiKey": "env:KEY" } },
              "access": { "mode": "keys", "adminKey": "sentinel-0123456789" },
              "store": { "connection": "sqlite:data/dragoman.db" }
            }
            """).Notices;
        Assert.Equal(
            [
                "/providers/p/apiKey is a secret in the configuration itself; env:NAME, file:PATH or keyvault:NAME keeps it elsewhere",
                "/access/adminKey is a secret in the configuration itself; env:NAME, file:PATH or keyvault:NAME keeps it elsewhere",
            ],
            notices);
    }

    [Theory]
    [InlineData("postgres://dragoman:sentinel@db.example/dragoman", true)]
    [InlineData("postgres:Host=db.example;Username=dragoman;Password=sentinel", true)]
    [InlineData("postgres:Host=db.example;Username=dragoman;Database=dragoman", false)]
    [InlineData("tables:https://account.table.core.windows.net/dragoman", false)]
    [InlineData("postgres://role@host/database?auth=entra", false)]
    [InlineData("tables:DefaultEndpointsProtocol=https;AccountName=a;AccountKey=c2VudGluZWw=", true)]
    public void The_address_of_a_store_is_no_secret_until_it_has_a_password(string connection, bool isTold) =>
        Assert.Equal(isTold, Read($$"""{ "store": { "connection": "{{connection}}" } }""").Notices.Any(notice => notice.StartsWith("/store/connection", StringComparison.Ordinal)));

    private static GatewayConfiguration Read(string json) => ConfigurationReader.Read(json, "test", new Dictionary<string, string> { ["KEY"] = "sentinel-0123456789" });

    private static IReadOnlyList<string> MistakesOf(string json) => Assert.Throws<ConfigurationException>(() => Read(json)).Mistakes;
}
