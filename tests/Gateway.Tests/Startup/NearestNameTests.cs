using Dragoman.Startup;

namespace Dragoman.Gateway.Tests.Startup;

public class NearestNameTests
{
    private static readonly string[] Names = ["providers", "models", "access", "limits", "firstEventSeconds", "idleSeconds", "SIDECAR_PORT"];

    [Theory]
    [InlineData("provider", "providers")]
    [InlineData("Providers", "providers")]
    [InlineData("modles", "models")]
    [InlineData("first_event_seconds", "firstEventSeconds")]
    [InlineData("idleSecond", "idleSeconds")]
    [InlineData("PORT", "SIDECAR_PORT")]
    [InlineData("limit", "limits")]
    public void A_slip_finds_what_was_meant(string written, string meant) => Assert.Equal(meant, NearestName.Find(written, Names));

    [Theory]
    [InlineData("")]
    [InlineData("___")]
    [InlineData("colour")]
    [InlineData("x")]
    public void What_is_near_to_nothing_finds_nothing(string written) => Assert.Null(NearestName.Find(written, Names));

    [Fact]
    public void A_name_without_an_end_costs_nothing() => Assert.Null(NearestName.Find(new string('p', 10_000_000), Names));
}
