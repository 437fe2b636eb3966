using Dragoman.Access;
using Dragoman.Access.Directory;
using Dragoman.Conversation;
using Dragoman.Locales;

namespace Dragoman.Gateway.Tests.Access;

public class CallerTests
{
    [Fact]
    public void Without_rules_every_model_may_be_used() => Assert.Null(new Caller { Team = "web" }.FindModelRefusal("gpt-5", null));

    [Fact]
    public void Every_scope_must_allow_the_model()
    {
        var caller = new Caller { Team = "web", Allow = [new(AccessText.OfTeam("web"), new(Models: ["gpt-*", "claude-x"])), new(AccessText.OfKey("a"), new(Models: ["*-mini"]))] };
        Assert.Null(caller.FindModelRefusal("gpt-5-mini", null));
        Assert.Equal(Refusal("The key a may not use the model 'gpt-5'; allowed: *-mini."), caller.FindModelRefusal("gpt-5", null));
        Assert.Equal(Refusal("The team \"web\" may not use the model 'o-mini'; allowed: gpt-*, claude-x."), caller.FindModelRefusal("o-mini", null));

        static GatewayError Refusal(string message) => new(ErrorKind.Forbidden, Wording.Verbatim(message)) { Field = "model", Code = "model_not_allowed" };
    }

    [Fact]
    public void A_pattern_may_name_a_model_with_its_tag_or_without()
    {
        Assert.Null(With("llama:8b").FindModelRefusal("llama", "llama:8b"));
        Assert.Null(With("llama").FindModelRefusal("llama", "llama:8b"));
        Assert.NotNull(With("llama:8b").FindModelRefusal("llama", "llama:70b"));
        Assert.NotNull(With("llama:8b").FindModelRefusal("llama", null));

        static Caller With(string model) => new() { Team = "web", Allow = [new(AccessText.OfKey("a"), new(Models: [model]))] };
    }

    [Fact]
    public void Tokens_are_limited_where_any_scope_limits_them()
    {
        var requests = new LimitedScope(ScopeKind.Team, "web", new(RequestsPerMinute: 1));
        var tokens = new LimitedScope(ScopeKind.Key, "a", new(TokensPerMinute: 1));
        Assert.False(new Caller { Team = "web" }.LimitsTokens);
        Assert.False(new Caller { Team = "web", Scopes = [requests] }.LimitsTokens);
        Assert.True(new Caller { Team = "web", Scopes = [requests, tokens] }.LimitsTokens);
    }
}
