using System.Text.Json;
using Dragoman.Access.Directory;

namespace Dragoman.Gateway.Tests.Access.Directory;

/// <summary>The documents of the directory, as they are read from the store.</summary>
public class DirectoryDocumentTests
{
    [Fact]
    public void A_member_that_is_null_is_one_that_is_missing()
    {
        Assert.Equal(new Organization(), JsonSerializer.Deserialize("""{"allow":null,"limits":null}""", DirectoryJson.Default.Organization));
        var team = JsonSerializer.Deserialize("""{"id":"web","createdAt":"2026-01-02T03:04:05Z","allow":null,"limits":null,"userLimits":null,"tags":null}""", DirectoryJson.Default.Team)!;
        Assert.Equal((AllowRules.Everything, LimitValues.None, LimitValues.None), (team.Allow, team.Limits, team.UserLimits));
        Assert.Empty(team.Tags);
        var key = JsonSerializer.Deserialize("""{"id":"a","team":"web","hash":"AAAA","createdAt":"2026-01-02T03:04:05Z","allow":null,"limits":null,"tags":null}""", DirectoryJson.Default.TeamKey)!;
        Assert.Equal((AllowRules.Everything, LimitValues.None), (key.Allow, key.Limits));
        Assert.Empty(key.Tags);
        var user = JsonSerializer.Deserialize("""{"team":"web","id":"ann","createdAt":"2026-01-02T03:04:05Z","roles":null,"limits":null}""", DirectoryJson.Default.User)!;
        Assert.Empty(user.Roles);
        Assert.Equal(LimitValues.None, user.Limits);
    }

    [Theory]
    [InlineData(1, null, null)]
    [InlineData(null, 1, null)]
    [InlineData(null, null, 1)]
    public void Any_limit_is_one(int? requests, int? tokens, int? concurrent) => Assert.False(new LimitValues(requests, tokens, concurrent).IsEmpty);

    [Fact]
    public void No_limit_is_none() => Assert.True(LimitValues.None.IsEmpty);

    [Theory]
    [InlineData("a", true)]
    [InlineData("Ann.Lee-1_x@example.org+y:z", true)]
    [InlineData("", false)]
    [InlineData("a/b", false)]
    [InlineData("a b", false)]
    [InlineData("é", false)]
    public void The_id_of_a_user(string text, bool isId) => Assert.Equal(isId, User.IsId(text));

    [Fact]
    public void The_id_of_a_user_has_up_to_100_characters()
    {
        Assert.True(User.IsId(new string('a', 100)));
        Assert.False(User.IsId(new string('a', 101)));
        Assert.Equal("web/ann", new User("web", "ann", default).DocumentId);
    }
}
