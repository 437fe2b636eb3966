using System.Text.Json;
using Dragoman.Configuration;
using Dragoman.Conversation;
using Dragoman.Identity;

namespace Dragoman.Gateway.Tests.Configuration;

public class ConfigurationSchemaTests
{
    private static readonly JsonElement Schema = JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.Root, "docs", "gateway.schema.json"))).RootElement;

    public static TheoryData<string, string> Objects => new()
    {
        { "", "properties" },
        { "/providers/p", "$defs/provider/properties" },
        { "/providers/p/timeouts", "$defs/provider/properties/timeouts/properties" },
        { "/providers/q/options", "$defs/provider/properties/options/properties" },
        { "/models/m", "$defs/model/properties" },
        { "/access", "properties/access/properties" },
        { "/limits", "properties/limits/properties" },
        { "/budgets", "properties/budgets/properties" },
        { "/identity", "properties/identity/properties" },
        { "/keyVault", "properties/keyVault/properties" },
        { "/budgets/webhook", "properties/budgets/properties/webhook/properties" },
        { "/prices", "properties/prices/properties" },
        { "/prices/providers/p", "properties/prices/properties/providers/additionalProperties/properties" },
        { "/models/m/price", "$defs/price/properties" },
        { "/models/m/price/longContext", "$defs/price/properties/longContext/properties" },
        { "/models/m/price/tiers", "$defs/price/properties/tiers/properties" },
        { "/models/m/price/tiers/flex", "$defs/tier/anyOf/1/properties" },
        { "/models/m/price/tiers/flex/longContext", "$defs/longRates/properties" },
        { "/models/m/price/regions", "$defs/price/properties/regions/properties" },
    };

    [Theory]
    [MemberData(nameof(Objects))]
    public void The_schema_allows_the_members_that_the_reader_allows(string pointer, string place)
    {
        var json = """{ "providers": { "p": { "dialect": "mistral", "timeouts": {} }, "q": { "dialect": "openai", "options": {} } }, "models": { "m": { "provider": "p", "model": "x", "price": { "input": 1, "longContext": { "above": 1 }, "tiers": { "flex": { "longContext": {} } }, "regions": {} } } }, "access": {}, "limits": {}, "budgets": { "webhook": {} }, "identity": {}, "keyVault": { "uri": "https://name.vault.azure.net" }, "prices": { "providers": { "p": {} } } }""";
        var variable = "DRAGOMAN" + (pointer + "/surprise").Replace("/", "__", StringComparison.Ordinal);
        var mistake = Assert.Throws<ConfigurationException>(() => ConfigurationReader.Read(json, "test", new Dictionary<string, string> { [variable] = "1" })).Mistakes[0];
        var allowed = mistake[(mistake.IndexOf("allowed: ", StringComparison.Ordinal) + "allowed: ".Length)..].Split(", ");
        Assert.Equal(allowed.Order(StringComparer.Ordinal), At(place).EnumerateObject().Select(member => member.Name).Where(name => name != "$schema").Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_schema_lists_the_dialects_and_capabilities_that_the_reader_knows()
    {
        Assert.Equal(ProviderSettings.Dialects, At("$defs/provider/properties/dialect/enum").EnumerateArray().Select(word => word.GetString()));
        Assert.Equal(ProviderOptions.Servers, At("$defs/provider/properties/options/properties/server/enum").EnumerateArray().Select(word => word.GetString()));
        Assert.Equal(ProviderOptions.ReasoningEchoes, At("$defs/provider/properties/options/properties/echoReasoningContent/enum").EnumerateArray().Select(word => word.GetString()));
        Assert.Equal(ProviderOptions.AnthropicAuthWays.Concat(ProviderOptions.AzureAuthWays), At("$defs/provider/properties/options/properties/auth/enum").EnumerateArray().Select(word => word.GetString()));
        Assert.Equal(CredentialSource.Names, At("properties/identity/properties/chain/items/enum").EnumerateArray().Select(word => word.GetString()));
        Assert.Equal(ModelCapabilities.All, At("$defs/model/properties/capabilities/items/enum").EnumerateArray().Select(word => word.GetString()));
    }

    [Fact]
    public void The_schema_lists_whose_prices_a_provider_may_have_and_where_it_may_be()
    {
        const string billing = "properties/prices/properties/providers/additionalProperties/properties";
        Assert.Equal(ProviderSettings.Dialects, At($"{billing}/list/enum").EnumerateArray().Select(word => word.GetString()));
        Assert.Equal(ServingRegions.Words, At($"{billing}/region/enum").EnumerateArray().Select(word => word.GetString()));
    }

    private static JsonElement At(string place) => place.Split('/').Aggregate(Schema, (element, name) => element.ValueKind == JsonValueKind.Array ? element[int.Parse(name, null)] : element.GetProperty(name));
}
