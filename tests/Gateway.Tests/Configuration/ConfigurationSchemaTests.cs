using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Dragoman.Configuration;
using Dragoman.Conversation;
using Dragoman.Dialects.Anthropic.Outbound;
using Dragoman.Documents;
using Dragoman.Identity;
using Dragoman.Providers;
using Dragoman.Schemas;

namespace Dragoman.Gateway.Tests.Configuration;

public class ConfigurationSchemaTests
{
    private static readonly JsonElement Schema = JsonElement.Parse(File.ReadAllText(SchemaObject.FilePath));

    private static readonly JsonSerializerOptions WithNetworks = new() { Converters = { new NetworkAsText() } };

    public static TheoryData<string> Objects => [.. SchemaObject.All.Select(each => each.Pointer)];

    public static TheoryData<string> Members => [.. AllMembers.Select(member => member.Pointer)];

    private static IEnumerable<SchemaMember> AllMembers => SchemaObject.All.SelectMany(each => each.Members);

    [Theory]
    [MemberData(nameof(Objects))]
    public void The_schema_allows_the_members_that_the_reader_allows(string pointer)
    {
        var (place, node) = Places(pointer).First();
        var json = node is JsonObject ? FullConfiguration.WithMember(place, "\"surprise\"", "1") : FullConfiguration.With(place, "{\"surprise\":1}");
        var sentence = $"{place}/surprise is not known; allowed: ";
        var mistake = Assert.Single(MistakesOf(json), mistake => mistake.Contains(sentence, StringComparison.Ordinal));
        var allowed = mistake[(mistake.IndexOf(sentence, StringComparison.Ordinal) + sentence.Length)..].Split(", ");
        var described = SchemaObject.All.Single(each => each.Pointer == pointer).Members.Select(member => member.Name).Where(name => name != "$schema");
        Assert.Equal(allowed.Order(StringComparer.Ordinal), described.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_schema_describes_every_object_of_a_full_configuration()
    {
        // Where the operator chooses the names there are no members to describe.
        var named = new[] { "/providers", "/models", "/prices/providers", "/options/baseModels", "/when" };
        var objects = FullConfiguration.Nodes(FullConfiguration.Parse()).Where(each => each.Node is JsonObject && !named.Any(name => each.Pointer.EndsWith(name, StringComparison.Ordinal)));
        var described = SchemaObject.All.Select(each => each.Pointer).Concat(AllMembers.Select(member => member.Below).OfType<string>()).Concat(AllMembers.Where(member => member.Below is not null).Select(member => member.Pointer)).ToList();
        Assert.All(objects, each => Assert.Contains(described, pattern => Pattern(pattern).IsMatch(each.Pointer)));
    }

    [Theory]
    [MemberData(nameof(Members))]
    public void Every_member_has_a_meaning_an_example_a_unit_and_a_version(string pointer)
    {
        var member = AllMembers.Single(each => each.Pointer == pointer);
        Assert.NotEmpty(member.Meaning);
        Assert.Contains($"## [{member.Since}]", File.ReadAllText(Path.Combine(Repository.Root, "CHANGELOG.md")), StringComparison.OrdinalIgnoreCase);
        Assert.True(!member.IsNumber || member.Unit is not null || member.Allowed is not null, "a number needs x-unit or x-allowed");
        Assert.True(member.Reload is null or SchemaMember.Restart or SchemaMember.Live, member.Reload);
        if (member.Below is null)
            Assert.Null(AnswerSchema.Parse(member.ToSchema()).FindMismatch(Encoding.UTF8.GetBytes(member.Example ?? "it has none")));
    }

    [Fact]
    public void Every_default_is_that_of_the_code()
    {
        var members = AllMembers.Where(member => member.Default is not null).ToList();
        Assert.NotEmpty(members);
        foreach (var member in members)
        {
            Assert.False(member.IsRequired, $"{member.Pointer} is required and has a default");
            if (member.DefaultInWords is { } words && member.Default is { ValueKind: not JsonValueKind.Array } value)
                Assert.StartsWith(value.ToString(), words, StringComparison.OrdinalIgnoreCase);
            var (place, _) = Places(member.Pointer).First();
            var absent = Settings(Without(place));
            Assert.True(absent == Settings(FullConfiguration.With(place, member.Default!.Value.GetRawText())), $"{member.Pointer} has another default than {member.Default}");
            Assert.True(absent != Settings(FullConfiguration.With(place, member.Example!)), $"the example of {member.Pointer} changes nothing, so that its default is not tested");
        }
    }

    [Fact]
    public void Defaults_that_depend_on_the_provider_are_those_of_the_code()
    {
        Assert.Equal(AnthropicOutbound.DefaultVersion, WordsOf("version"));
        Assert.StartsWith(AzureOpenAIProvider.DefaultApiVersion, WordsOf("apiVersion"), StringComparison.Ordinal);

        static string? WordsOf(string option) => AllMembers.Single(member => member.Pointer == $"/providers/NAME/options/{option}").DefaultInWords;
    }

    [Fact]
    public void The_page_lists_what_the_schema_says() => GeneratedSection.Check(ConfigurationDocument.FilePath, "members", ConfigurationDocument.Write());

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

    /// <summary>The places of a full configuration that a pointer with <c>NAME</c> and <c>N</c> describes.</summary>
    private static IEnumerable<(string Pointer, JsonNode Node)> Places(string pointer) =>
        FullConfiguration.Nodes(FullConfiguration.Parse()).Where(each => Pattern(pointer).IsMatch(each.Pointer));

    private static Regex Pattern(string pointer) =>
        new($"^{string.Join('/', pointer.Split('/').Select(segment => segment is "NAME" or "N" ? "[^/]+" : Regex.Escape(segment)))}$");

    private static string Without(string pointer)
    {
        var root = FullConfiguration.Parse();
        var node = FullConfiguration.Nodes(root).Single(each => each.Pointer == pointer).Node;
        node.Parent!.AsObject().Remove(node.GetPropertyName());
        return root.ToJsonString();
    }

    private static string Settings(string json) =>
        JsonSerializer.Serialize(ConfigurationReader.Read(json, "test", new Dictionary<string, string>()), WithNetworks);

    private static IReadOnlyList<string> MistakesOf(string json) =>
        Assert.Throws<ConfigurationException>(() => ConfigurationReader.Read(json, "test", new Dictionary<string, string>())).Mistakes;

    private static JsonElement At(string place) => place.Split('/').Aggregate(Schema, (element, name) => element.ValueKind == JsonValueKind.Array ? element[int.Parse(name, null)] : element.GetProperty(name));
}
