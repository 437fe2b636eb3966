using System.Text.Json;
using Dragoman.Configuration;

namespace Dragoman.Gateway.Tests.Configuration;

public class IssuerSettingsTests
{
    private const string Issuer = "\"issuer\": \"https://login.example.com/t/v2.0\"";
    private const string Audiences = "\"audiences\": [\"api://dragoman\"]";
    private const string Rules = "\"rules\": [{ \"team\": \"everyone\" }]";

    private static GatewayConfiguration Read(string issuers) =>
        ConfigurationReader.Read($$"""{ "access": { "issuers": {{issuers}} } }""", "gateway.json", new Dictionary<string, string>());

    private static IssuerSettings ReadOne(string members) => Assert.Single(Read($"[{{ {members} }}]").Access.Issuers);

    private static string MistakeOf(params string[] members) =>
        Assert.Single(Assert.Throws<ConfigurationException>(() => Read($"[{{ {string.Join(", ", members)} }}]")).Mistakes)["gateway.json: /access/issuers/0".Length..];

    [Fact]
    public void An_issuer_has_defaults()
    {
        var issuer = ReadOne($"{Issuer}, {Audiences}, {Rules}");
        Assert.Equal("https://login.example.com/t/v2.0", issuer.Issuer);
        Assert.Equal(["api://dragoman"], issuer.Audiences);
        Assert.Equal("https://login.example.com/t/v2.0/.well-known/openid-configuration", issuer.Discovery.AbsoluteUri);
        Assert.Equal(IssuerSettings.KnownAlgorithms, issuer.Algorithms);
        Assert.Equal(TimeSpan.FromMinutes(2), issuer.ClockSkew);
        var rule = Assert.Single(issuer.Rules);
        Assert.Empty(rule.When);
        Assert.Equal(("everyone", null), (rule.Team?.Text, rule.User?.Text));
    }

    [Fact]
    public void An_issuer_is_read_with_all_its_members()
    {
        var issuer = ReadOne(
            """
            "issuer": "https://sts.windows.net/t/", "audiences": ["a", "b"], "discovery": "https://login.example.com/x?appid=1", "algorithms": ["ES256", "RS256"], "clockSkewSeconds": 30.5,
            "rules": [{ "when": { "groups": ["a", "b*"], "azp": "c" }, "team": "t-{dept}", "user": "{email}", "roles": ["lead", "auditor"] }]
            """);
        Assert.Equal("https://login.example.com/x?appid=1", issuer.Discovery.AbsoluteUri);
        Assert.Equal(["ES256", "RS256"], issuer.Algorithms);
        Assert.Equal(TimeSpan.FromSeconds(30.5), issuer.ClockSkew);
        var rule = Assert.Single(issuer.Rules);
        Assert.Equal([("groups", "a,b*"), ("azp", "c")], rule.When.Select(condition => (condition.Claim, string.Join(',', condition.Values))));
        Assert.Equal([new ClaimTemplate.Part("t-", false), new ClaimTemplate.Part("dept", true)], rule.Team!.Parts);
        Assert.Equal([new ClaimTemplate.Part("email", true)], rule.User!.Parts);
        Assert.Equal(["lead", "auditor"], rule.Roles);
    }

    [Theory]
    [InlineData("https://sts.windows.net/t/", "https://sts.windows.net/t/.well-known/openid-configuration")]
    [InlineData("https://sts.windows.net/t", "https://sts.windows.net/t/.well-known/openid-configuration")]
    [InlineData("https://a", "https://a/.well-known/openid-configuration")]
    [InlineData("http://localhost:81/", "http://localhost:81/.well-known/openid-configuration")]
    [InlineData("http://[::1]:81", "http://[::1]:81/.well-known/openid-configuration")]
    public void An_issuer_is_kept_as_it_is_written(string issuer, string discovery)
    {
        var read = ReadOne($"\"issuer\": \"{issuer}\", {Audiences}, {Rules}");
        Assert.Equal((issuer, discovery), (read.Issuer, read.Discovery.AbsoluteUri));
    }

    [Theory]
    [InlineData("http://login.example.com")]
    [InlineData("HTTPS://login.example.com")]
    [InlineData("login.example.com")]
    [InlineData("https://u:p@login.example.com")]
    [InlineData("https://login.example.com?x")]
    [InlineData("https://login.example.com#x")]
    [InlineData("https://login.example.com/a b")]
    [InlineData("https://bücher.example")]
    [InlineData("https://login.example.com:0")]
    public void An_issuer_is_an_https_URL(string issuer) =>
        Assert.Equal("/issuer must be an https URL of visible ASCII characters without user, query and fragment; http is allowed for this machine's own addresses", MistakeOf($"\"issuer\": \"{issuer}\"", Audiences, Rules));

    [Fact]
    public void A_discovery_is_an_https_URL_that_may_have_a_query() =>
        Assert.Equal("/discovery must be an https URL of visible ASCII characters without user and fragment; http is allowed for this machine's own addresses", MistakeOf(Issuer, Audiences, Rules, "\"discovery\": \"http://login.example.com?x\""));

    [Fact]
    public void An_issuer_of_any_tenant_is_told_what_to_write() =>
        Assert.EndsWith("give each tenant's own issuer instead of {tenantid}", MistakeOf("\"issuer\": \"https://login.microsoftonline.com/{tenantid}/v2.0\"", Audiences, Rules), StringComparison.Ordinal);

    [Fact]
    public void An_issuer_is_given_once()
    {
        var one = $"{{ {Issuer}, {Audiences}, {Rules} }}";
        var mistake = Assert.Single(Assert.Throws<ConfigurationException>(() => Read($"[{one}, {one}]")).Mistakes);
        Assert.StartsWith("gateway.json: /access/issuers/1/issuer \"https://login.example.com/t/v2.0\" is given twice; allowed: ", mistake, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("HS256", "/algorithms \"HS256\" is not allowed, because whoever can check its signatures can also make them")]
    [InlineData("none", "/algorithms \"none\" is not allowed, because it is no signature")]
    [InlineData("RS265", "/algorithms \"RS265\" is not known")]
    public void Algorithms_without_a_private_key_are_refused(string algorithm, string mistake) =>
        Assert.StartsWith(mistake, MistakeOf(Issuer, Audiences, Rules, $"\"algorithms\": [\"ES256\", \"{algorithm}\"]"), StringComparison.Ordinal);

    [Fact]
    public void Algorithms_are_a_list_of_names()
    {
        Assert.Equal("/algorithms must be a list of at least one of RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512", MistakeOf(Issuer, Audiences, Rules, "\"algorithms\": []"));
        Assert.StartsWith("/algorithms", MistakeOf(Issuer, Audiences, Rules, "\"algorithms\": [5]"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{ \"when\": { \"a\": \"b\" } }", "/rules/0 has no effect; it must have a team, or roles, or both")]
    [InlineData("{ \"user\": \"b\" }", "/rules/0 has no effect; it must have a team, or roles, or both")]
    [InlineData("{ \"team\": \"Data Science\" }", "/rules/0/team \"Data Science\" cannot be a team's id; allowed: ")]
    [InlineData("{ \"team\": \"-{a}\" }", "/rules/0/team \"-{a}\" cannot be a team's id; allowed: ")]
    [InlineData("{ \"team\": \"A{a}\" }", "/rules/0/team \"A{a}\" cannot be a team's id; allowed: ")]
    [InlineData("{ \"team\": \"{a\" }", "/rules/0/team \"{a\" is not a text with placeholders; allowed: ")]
    [InlineData("{ \"team\": \"a}\" }", "/rules/0/team \"a}\" is not a text with placeholders; allowed: ")]
    [InlineData("{ \"team\": \"{}\" }", "/rules/0/team \"{}\" is not a text with placeholders; allowed: ")]
    [InlineData("{ \"team\": \"{{a}}\" }", "/rules/0/team \"{{a}}\" is not a text with placeholders; allowed: ")]
    [InlineData("{ \"team\": \"t\", \"user\": \"{a b}\" }", "/rules/0/user \"{a b}\" is not a text with placeholders; allowed: ")]
    [InlineData("{ \"roles\": [\"owner\"] }", "/rules/0/roles \"owner\" is not a role; allowed: admin, auditor, lead, events")]
    [InlineData("{ \"roles\": [] }", "/rules/0/roles must be a list of at least one of admin, auditor, lead, events")]
    [InlineData("{ \"team\": \"t\", \"when\": { \"a\": \"b*c\" } }", "/rules/0/when/a \"b*c\" has a * in it; allowed: ")]
    [InlineData("{ \"team\": \"t\", \"when\": { \"a\": [] } }", "/rules/0/when/a must be a string, or a list of at least one string")]
    [InlineData("{ \"team\": \"t\", \"when\": { \"a\": true } }", "/rules/0/when/a must be a string")]
    [InlineData("{ \"team\": \"t\", \"when\": { \"a b\": \"c\" } }", "/rules/0/when/a b is not a claim's name; allowed: ")]
    [InlineData("{ \"team\": \"t\", \"when\": { \"a{\": \"c\" } }", "/rules/0/when/a{ is not a claim's name; allowed: ")]
    [InlineData("{ \"team\": \"t\", \"when\": { \"a}\": \"c\" } }", "/rules/0/when/a} is not a claim's name; allowed: ")]
    [InlineData("{ \"team\": \"t\", \"when\": \"a\" }", "/rules/0/when must be an object of claims and their values")]
    public void A_rule_that_cannot_work_is_told(string rule, string mistake) =>
        Assert.StartsWith(mistake, MistakeOf(Issuer, Audiences, $"\"rules\": [{rule}]"), StringComparison.Ordinal);

    [Fact]
    public void A_team_without_placeholders_is_a_whole_id()
    {
        Assert.Single(ReadOne($"{Issuer}, {Audiences}, \"rules\": [{{ \"team\": \"{new string('a', 63)}\" }}]").Rules);
        Assert.Contains("cannot be a team's id", MistakeOf(Issuer, Audiences, $"\"rules\": [{{ \"team\": \"{new string('a', 64)}\" }}]"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/issuer is required", Audiences, Rules)]
    [InlineData("/audiences must be a list of at least one string", Issuer, Rules)]
    [InlineData("/rules must be a list of at least one rule", Issuer, Audiences)]
    [InlineData("/clockSkewSeconds must be a number of seconds from 0 to 600", Issuer, Audiences, Rules, "\"clockSkewSeconds\": 601")]
    [InlineData("/clockSkewSeconds must be a number of seconds from 0 to 600", Issuer, Audiences, Rules, "\"clockSkewSeconds\": -1")]
    public void What_an_issuer_needs_is_told(string mistake, params string[] members) =>
        Assert.StartsWith(mistake, MistakeOf(members), StringComparison.Ordinal);

    [Fact]
    public void The_schema_lists_the_algorithms_and_roles_that_the_reader_knows()
    {
        var definitions = JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.Root, "docs", "gateway.schema.json"))).RootElement.GetProperty("$defs");
        Assert.Equal(IssuerSettings.KnownAlgorithms, WordsOf("issuer", "algorithms"));
        Assert.Equal(ClaimRule.KnownRoles, WordsOf("claimRule", "roles"));

        IEnumerable<string?> WordsOf(string definition, string member) =>
            definitions.GetProperty(definition).GetProperty("properties").GetProperty(member).GetProperty("items").GetProperty("enum").EnumerateArray().Select(word => word.GetString());
    }

    [Theory]
    [InlineData("issuer", "[{ \"issuer\": \"https://a\", \"audiences\": [\"x\"], \"rules\": [{ \"team\": \"t\" }], \"surprise\": 1 }]")]
    [InlineData("claimRule", "[{ \"issuer\": \"https://a\", \"audiences\": [\"x\"], \"rules\": [{ \"team\": \"t\", \"surprise\": 1 }] }]")]
    public void The_schema_allows_the_members_that_the_reader_allows(string definition, string issuers)
    {
        var mistake = Assert.Single(Assert.Throws<ConfigurationException>(() => Read(issuers)).Mistakes);
        var members = JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.Root, "docs", "gateway.schema.json"))).RootElement.GetProperty("$defs").GetProperty(definition).GetProperty("properties");
        Assert.EndsWith("allowed: " + string.Join(", ", members.EnumerateObject().Select(member => member.Name)), mistake, StringComparison.Ordinal);
    }
}
