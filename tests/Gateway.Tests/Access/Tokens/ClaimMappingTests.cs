using System.Text.Json;
using Dragoman.Access.Tokens;
using Dragoman.Configuration;

namespace Dragoman.Gateway.Tests.Access.Tokens;

/// <summary>The rules of a configuration applied to the claims of a token.</summary>
public class ClaimMappingTests
{
    [Theory]
    [InlineData("""{ "team": "t" }""", """{}""", "t")]
    [InlineData("""{ "when": {}, "team": "t" }""", """{}""", "t")]
    [InlineData("""{ "when": { "a": "x" }, "team": "t" }""", """{"a":"x"}""", "t")]
    [InlineData("""{ "when": { "a": "x" }, "team": "t" }""", """{"a":"X"}""", null)]
    [InlineData("""{ "when": { "a": "x" }, "team": "t" }""", """{"a":"xy"}""", null)]
    [InlineData("""{ "when": { "a": "x" }, "team": "t" }""", """{"A":"x"}""", null)]
    [InlineData("""{ "when": { "a": "x" }, "team": "t" }""", """{}""", null)]
    [InlineData("""{ "when": { "a": ["y", "x"] }, "team": "t" }""", """{"a":"x"}""", "t")]
    [InlineData("""{ "when": { "a": "x" }, "team": "t" }""", """{"a":["y","x"]}""", "t")]
    [InlineData("""{ "when": { "a": "x" }, "team": "t" }""", """{"a":["y","x y"]}""", null)]
    [InlineData("""{ "when": { "a": ["v", "x"] }, "team": "t" }""", """{"a":["y","x"]}""", "t")]
    [InlineData("""{ "when": { "a": "x", "b": "y" }, "team": "t" }""", """{"a":"x","b":"y"}""", "t")]
    [InlineData("""{ "when": { "a": "x", "b": "y" }, "team": "t" }""", """{"a":"x"}""", null)]
    [InlineData("""{ "when": { "a": "x*" }, "team": "t" }""", """{"a":"xyz"}""", "t")]
    [InlineData("""{ "when": { "a": "x*" }, "team": "t" }""", """{"a":"x"}""", "t")]
    [InlineData("""{ "when": { "a": "x*" }, "team": "t" }""", """{"a":"yx"}""", null)]
    [InlineData("""{ "when": { "a": "*" }, "team": "t" }""", """{"a":""}""", "t")]
    [InlineData("""{ "when": { "a": "*" }, "team": "t" }""", """{"a":[]}""", null)]
    [InlineData("""{ "when": { "a": "*" }, "team": "t" }""", """{"a":null}""", null)]
    [InlineData("""{ "when": { "a": "*" }, "team": "t" }""", """{"a":{}}""", null)]
    [InlineData("""{ "when": { "a": "5" }, "team": "t" }""", """{"a":5}""", "t")]
    [InlineData("""{ "when": { "a": "true" }, "team": "t" }""", """{"a":true}""", "t")]
    [InlineData("""{ "when": { "a": "false" }, "team": "t" }""", """{"a":[false]}""", "t")]
    [InlineData("""{ "when": { "scp": "use" }, "team": "t" }""", """{"scp":"read use"}""", "t")]
    [InlineData("""{ "when": { "scope": "use" }, "team": "t" }""", """{"scope":" use  read "}""", "t")]
    [InlineData("""{ "when": { "scp": "use" }, "team": "t" }""", """{"scp":["read","use"]}""", "t")]
    [InlineData("""{ "when": { "scp": "use" }, "team": "t" }""", """{"scp":"reuse"}""", null)]
    [InlineData("""{ "when": { "name": "use" }, "team": "t" }""", """{"name":"read use"}""", null)]
    [InlineData("""{ "when": { "realm.roles": "x" }, "team": "t" }""", """{"realm":{"roles":["x"]}}""", "t")]
    [InlineData("""{ "when": { "realm.roles": "x" }, "team": "t" }""", """{"realm.roles":"y","realm":{"roles":["x"]}}""", null)]
    [InlineData("""{ "when": { "a.b.c": "x" }, "team": "t" }""", """{"a":{"b":{"c":"x"}}}""", "t")]
    [InlineData("""{ "when": { "a.b.c": "x" }, "team": "t" }""", """{"a":{"b.c":"x"}}""", "t")]
    [InlineData("""{ "when": { "a.b.c": "x" }, "team": "t" }""", """{"a.b":{"c":"x"}}""", "t")]
    [InlineData("""{ "when": { "a.b.c": "x" }, "team": "t" }""", """{"a":{"b":5},"a.b":{"c":"x"}}""", "t")]
    [InlineData("""{ "when": { "a.b": "x" }, "team": "t" }""", """{"a":"x"}""", null)]
    [InlineData("""{ "when": { "a.b": "x" }, "team": "t" }""", """{"a":[{"b":"x"}]}""", null)]
    [InlineData("""{ "when": { "https://a.example/b": "x" }, "team": "t" }""", """{"https://a.example/b":"x"}""", "t")]
    [InlineData("""{ "when": { ".a": "x" }, "team": "t" }""", """{"":{"a":"x"}}""", "t")]
    [InlineData("""{ "team": "{a}" }""", """{"a":"x"}""", "x")]
    [InlineData("""{ "team": "t-{a}-{b}" }""", """{"a":"x","b":7}""", "t-x-7")]
    [InlineData("""{ "team": "t{a}" }""", """{"a":["x"]}""", "tx")]
    [InlineData("""{ "team": "t{a}" }""", """{"a":["x","y"]}""", null)]
    [InlineData("""{ "team": "t{a}" }""", """{"a":[]}""", null)]
    [InlineData("""{ "team": "t{a}" }""", """{"a":""}""", null)]
    [InlineData("""{ "team": "t{a}" }""", """{}""", null)]
    [InlineData("""{ "team": "t{a}" }, { "team": "u" }""", """{}""", "u")]
    [InlineData("""{ "team": "t{a}" }, { "team": "u" }""", """{"a":"X"}""", null)]
    [InlineData("""{ "team": "{a}" }, { "team": "u" }""", """{"a":"x/../y"}""", null)]
    [InlineData("""{ "team": "{a}" }""", """{"a":"-x"}""", null)]
    [InlineData("""{ "when": { "a": "x" }, "team": "t" }, { "team": "u" }""", """{"a":"x"}""", "t")]
    [InlineData("""{ "when": { "a": "x" }, "team": "t" }, { "team": "u" }""", """{"a":"y"}""", "u")]
    public void The_first_rule_that_gives_a_team_wins(string rules, string claims, string? team) => Assert.Equal(team, Map(rules, claims).Team);

    [Theory]
    [InlineData("""{ "team": "t", "user": "{email}" }""", """{"email":"a@example.com","oid":"o","sub":"s"}""", "a@example.com")]
    [InlineData("""{ "team": "t", "user": "x-{sub}" }""", """{"oid":"o","sub":"s"}""", "x-s")]
    [InlineData("""{ "team": "t" }""", """{"oid":"o","sub":"s"}""", "o")]
    [InlineData("""{ "team": "t" }""", """{"sub":"s"}""", "s")]
    [InlineData("""{ "team": "t" }""", """{}""", null)]
    [InlineData("""{ "team": "t", "user": "{email}" }""", """{"sub":"s"}""", "s")]
    [InlineData("""{ "team": "t", "user": "{email}" }""", """{"email":"a\nb","sub":"s"}""", "s")]
    [InlineData("""{ "team": "t" }""", """{"oid":"a\u0000b","sub":"s"}""", "s")]
    [InlineData("""{ "when": { "a": "x" }, "team": "t", "user": "one" }, { "team": "u", "user": "two" }""", """{}""", "two")]
    [InlineData("""{ "team": "t" }, { "team": "u", "user": "two" }""", """{"sub":"s"}""", "s")]
    public void The_same_rule_gives_the_user(string rules, string claims, string? user) => Assert.Equal(user, Map(rules, claims).User);

    [Fact]
    public void A_user_that_is_too_long_is_not_used()
    {
        Assert.Equal(128, Map("""{ "team": "t" }""", $$"""{"sub":"{{new string('x', 128)}}"}""").User!.Length);
        Assert.Null(Map("""{ "team": "t" }""", $$"""{"sub":"{{new string('x', 129)}}"}""").User);
    }

    [Theory]
    [InlineData("""{ "team": "t", "roles": ["lead"] }, { "when": { "a": "x" }, "roles": ["admin", "lead"] }, { "when": { "a": "y" }, "roles": ["auditor"] }""", """{"a":"x"}""", "t", "lead admin")]
    [InlineData("""{ "when": { "a": "x" }, "roles": ["admin"] }, { "when": { "b": "y" }, "team": "t" }""", """{"a":"x"}""", null, "admin")]
    [InlineData("""{ "when": { "a": "x" }, "roles": ["auditor"] }""", """{"a":"x"}""", null, "auditor")]
    [InlineData("""{ "when": { "a": "x" }, "roles": ["auditor"], "team": "t{b}" }""", """{"a":"x"}""", null, "auditor")]
    public void Roles_are_taken_from_every_rule(string rules, string claims, string? team, string roles)
    {
        var mapped = Map(rules, claims);
        Assert.Equal((null, team, roles), (mapped.Refusal, mapped.Team, string.Join(' ', mapped.Roles)));
    }

    [Theory]
    [InlineData("""{ "when": { "a": "x" }, "team": "t" }""", """{"iss":"i","a":"y"}""", TokenFault.NoRule, "no rule gives a team; the token has the claims iss, a")]
    [InlineData("""{ "when": { "a": "x" }, "roles": ["lead"] }""", """{"a":"x"}""", TokenFault.NoRule, "no rule gives a team; the token has the claims a")]
    [InlineData("""{ "roles": ["admin"] }, { "team": "{a}" }""", """{"a":"B C"}""", TokenFault.NoRule, "rule 1 gives the team \"B C\", which is not an id: ")]
    [InlineData("""{ "when": { "groups": "x" }, "team": "t" }""", """{"_claim_names":{"groups":"src1"},"_claim_sources":{"src1":{}}}""", TokenFault.GroupOverage, "the claim \"groups\" has too many values for a token; ")]
    [InlineData("""{ "when": { "roles": "x" }, "team": "t" }, { "when": { "azp": "y", "groups": "x" }, "team": "t" }""", """{"_claim_names":{"hasgroups":"src1","groups":"src1"}}""", TokenFault.GroupOverage, "the claim \"groups\" has too many values for a token; ")]
    [InlineData("""{ "when": { "roles": "x" }, "team": "t" }""", """{"_claim_names":{"groups":"src1"}}""", TokenFault.NoRule, "no rule gives a team; ")]
    [InlineData("""{ "when": { "groups": "x" }, "team": "t" }""", """{"_claim_names":"groups"}""", TokenFault.NoRule, "no rule gives a team; ")]
    public void A_token_without_team_is_refused_with_a_reason(string rules, string claims, TokenFault fault, string detail)
    {
        var (team, _, roles, refusal) = Map(rules, claims);
        Assert.Null(team);
        Assert.Empty(roles);
        Assert.Equal(fault, refusal?.Fault);
        Assert.StartsWith(detail, refusal!.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Only_some_names_of_claims_are_told()
    {
        var claims = "{" + string.Join(',', Enumerable.Range(0, 5000).Select(number => $"\"claim\\n{number}\":1")) + "}";
        var refusal = Map("""{ "when": { "a": "x" }, "team": "t" }""", claims).Refusal!;
        Assert.InRange(refusal.Detail.Length, 1, 2010);
        Assert.DoesNotContain(refusal.Detail, char.IsControl);
        Assert.DoesNotContain("claim\\u000a30", refusal.Detail, StringComparison.Ordinal);
    }

    private static (string? Team, string? User, IReadOnlyList<string> Roles, TokenRefusal? Refusal) Map(string rules, string claims)
    {
        var json = $$"""{ "access": { "issuers": [{ "issuer": "https://a", "audiences": ["x"], "rules": [{{rules}}] }] } }""";
        var issuer = Assert.Single(ConfigurationReader.Read(json, "test", new Dictionary<string, string>()).Access.Issuers);
        using var document = JsonDocument.Parse(claims);
        return new ClaimMapping(issuer.Rules).Map(document.RootElement);
    }
}
