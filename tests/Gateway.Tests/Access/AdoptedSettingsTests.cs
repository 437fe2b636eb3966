using System.Net;
using Dragoman.Access.Budgets;
using Dragoman.Configuration;
using Dragoman.Conversation;
using Dragoman.Prices;
using Dragoman.Secrets;

namespace Dragoman.Gateway.Tests.Access;

/// <summary>What a reload changes for callers.</summary>
public sealed class AdoptedSettingsTests
{
    private static readonly SpendingRules Rules = new(new PriceBook(PriceSettings.Default, []), [], allowsUnknownPrices: false);

    [Fact]
    public async Task Another_administrators_key_takes_the_place_of_the_first()
    {
        await using var world = new AccessWorld();
        await world.CallAsync(AccessWorld.AdminKey);
        world.Policy.Adopt(Settings with { AdminKey = SecretReference.OfLiteral("the-next-administrators-key") }, Rules);
        await world.CallAsync("the-next-administrators-key");
        Assert.Equal(ErrorKind.Unauthenticated, (await world.RefusedAsync(AccessWorld.AdminKey)).Kind);
    }

    [Fact]
    public async Task Clients_without_a_key_belong_to_the_team_that_is_configured_now()
    {
        await using var world = new AccessWorld(change: settings => settings with { Keyless = Keyless("web", "203.0.113.0/24") });
        await world.TeamAsync("web");
        await world.TeamAsync("guests");
        Assert.Equal("web", (await world.CallAsync(null)).Team);
        world.Policy.Adopt(Settings with { Keyless = Keyless("guests", "203.0.113.0/24") }, Rules);
        Assert.Equal("guests", (await world.CallAsync(null)).Team);
        world.Policy.Adopt(Settings with { Keyless = Keyless("guests", "10.0.0.0/8") }, Rules);
        Assert.Equal(ErrorKind.Unauthenticated, (await world.RefusedAsync(null)).Kind);
    }

    private static AccessSettings Settings => new(AccessMode.Keys, AllowsOpenNetwork: false) { AdminKey = SecretReference.OfLiteral(AccessWorld.AdminKey) };

    private static KeylessAccess Keyless(string team, string network) => new(team, [IPNetwork.Parse(network)]);
}
