using System.Net;
using Dragoman.Access;
using Dragoman.Access.Directory;
using Dragoman.Locales;

namespace Dragoman.Gateway.Tests.Access;

public class AllowListTests
{
    [Fact]
    public void Without_rules_everything_is_allowed()
    {
        var list = new AllowList(AccessText.OfTeam("web"), AllowRules.Everything);
        Assert.True(list.AllowsAddress(IPAddress.Loopback));
        Assert.True(list.AllowsEndpoint("/v1/models"));
        Assert.True(list.AllowsModel("gpt-5"));
        Assert.Equal("team \"web\"", list.Scope.ToString());
    }

    [Fact]
    public void An_empty_list_allows_nothing()
    {
        var list = new AllowList(AccessText.OfKey("a"), new AllowRules([], [], []));
        Assert.False(list.AllowsAddress(IPAddress.Loopback));
        Assert.False(list.AllowsEndpoint("/v1/models"));
        Assert.False(list.AllowsModel("gpt-5"));
        var caller = new Caller { Team = "web", Allow = [list] };
        Assert.Equal("The key a may not use the model 'gpt-5'; allowed: nothing.", caller.FindModelRefusal("gpt-5", null)!.Message);
    }

    [Theory]
    [InlineData("10.1.2.3", true)]
    [InlineData("11.1.2.3", false)]
    [InlineData("192.0.2.7", true)]
    [InlineData("192.0.2.8", false)]
    [InlineData("2001:db8::1", true)]
    [InlineData("0.0.0.0", false)]
    public void An_address_is_in_any_of_the_networks(string address, bool isAllowed) =>
        Assert.Equal(isAllowed, new AllowList(AccessText.OfKey("a"), new AllowRules(Networks: ["10.0.0.0/8", "192.0.2.7", "2001:db8::/32"])).AllowsAddress(IPAddress.Parse(address)));

    [Theory]
    [InlineData("10.1.2.3")]
    [InlineData("0.0.0.0")]
    [InlineData("203.0.113.7")]
    public void A_network_that_cannot_be_read_admits_nobody(string address) =>
        Assert.False(new AllowList(AccessText.OfKey("a"), new AllowRules(Networks: ["10.0.0.0/33", "any"])).AllowsAddress(IPAddress.Parse(address)));

    [Theory]
    [InlineData("gpt-5", true)]
    [InlineData("GPT-5-mini", true)]
    [InlineData("my-gpt-5", false)]
    [InlineData("claude-x", true)]
    [InlineData("claude-xy", false)]
    public void A_model_matches_any_of_the_patterns_without_regard_to_case(string model, bool isAllowed) =>
        Assert.Equal(isAllowed, new AllowList(AccessText.OfKey("a"), new AllowRules(Models: ["gpt-*", "Claude-X"])).AllowsModel(model));

    [Theory]
    [InlineData("/v1/chat/completions", true)]
    [InlineData("/api/chat", true)]
    [InlineData("/api/chats", false)]
    [InlineData("/v2/chat", false)]
    public void A_path_matches_any_of_the_patterns(string path, bool isAllowed) =>
        Assert.Equal(isAllowed, new AllowList(AccessText.OfKey("a"), new AllowRules(Endpoints: ["/v1/*", "/api/chat"])).AllowsEndpoint(path));
}
