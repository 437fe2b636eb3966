using Dragoman.Configuration;

namespace Dragoman.Gateway.Tests.Configuration;

public class AccessSettingsTests
{
    [Fact]
    public void Nothing_configured_is_open_access_without_a_store()
    {
        var configuration = Read("{}");
        Assert.Equal(AccessMode.Open, configuration.Access.Mode);
        Assert.Null(configuration.StoreConnection);
        Assert.Null(configuration.Access.AdminKey);
        Assert.Null(configuration.Access.Keyless);
        Assert.Equal(StoreAwayPolicy.Default, configuration.Access.StoreAway);
    }

    [Fact]
    public void Everything_is_read()
    {
        var configuration = Read(
            """
            { "access": { "mode": "keys", "adminKey": "env:ADMIN", "adminPort": 5082, "proxies": ["10.0.0.0/8", "fd00::1"],
                          "keyless": { "team": "local", "networks": ["127.0.0.1"] }, "storeAway": { "seconds": 9, "then": "serve" } },
              "store": { "connection": "env:STORE" } }
            """,
            ("ADMIN", "0123456789abcdef"),
            ("STORE", "sqlite:/tmp/x.db"));
        var access = configuration.Access;
        Assert.Equal((AccessMode.Keys, "0123456789abcdef", 5082), (access.Mode, access.AdminKey?.Value, access.AdminPort));
        Assert.Equal("10.0.0.0/8 fd00::1/128", string.Join(' ', access.Proxies));
        Assert.Equal(("local", "127.0.0.1/32"), (access.Keyless!.Team, string.Join(' ', access.Keyless.Networks)));
        Assert.Equal(new StoreAwayPolicy(TimeSpan.FromSeconds(9), ServesAfterwards: true), access.StoreAway);
        Assert.Equal("sqlite:/tmp/x.db", configuration.StoreConnection?.Value);
    }

    [Theory]
    [InlineData("""{ "mode": "keys" }""", null, "sqlite:data/dragoman.db")]
    [InlineData("""{ "mode": "keys" }""", "/var/lib/dragoman", "sqlite:/var/lib/dragoman/dragoman.db")]
    [InlineData("""{ "mode": "open" }""", "/var/lib/dragoman", null)]
    public void A_store_is_there_when_callers_need_one(string access, string? data, string? expected) =>
        Assert.Equal(expected, Read($$"""{ "access": {{access}} }""", [.. data is null ? Array.Empty<(string, string)>() : [("DRAGOMAN_DATA", data)]]).StoreConnection?.Value);

    [Theory]
    [InlineData("""{ "mode": "key" }""", "/access/mode \"key\" is not known (did you mean keys?); allowed: open, keys, jwt, both")]
    [InlineData("""{ "adminKey": "short" }""", "/access/adminKey is shorter than 16 characters")]
    [InlineData("""{ "adminPort": 65536 }""", "/access/adminPort must be a port from 1 to 65535")]
    [InlineData("""{ "adminPort": 0 }""", "/access/adminPort must be a whole number above 0")]
    [InlineData("""{ "proxies": ["10.0.0.1/33"] }""", "/access/proxies/0 \"10.0.0.1/33\" is not a network")]
    [InlineData("""{ "proxies": ["10.0.0.1/8"] }""", "/access/proxies/0 \"10.0.0.1/8\" is not a network")]
    [InlineData("""{ "proxies": ["::ffff:10.0.0.1"] }""", "/access/proxies/0 \"::ffff:10.0.0.1\" is not a network")]
    [InlineData("""{ "proxies": ["10.1"] }""", "/access/proxies/0 \"10.1\" is not a network")]
    [InlineData("""{ "proxies": ["1"] }""", "/access/proxies/0 \"1\" is not a network")]
    [InlineData("""{ "proxies": ["fe80::1%2"] }""", "/access/proxies/0 \"fe80::1%2\" is not a network")]
    [InlineData("""{ "keyless": {} }""", "/access/keyless/team is required: the id of a team")]
    [InlineData("""{ "keyless": { "team": "a", "networks": [] } }""", "/access/keyless/networks is required: a list of at least one network")]
    [InlineData("""{ "storeAway": { "then": "wait" } }""", "/access/storeAway/then \"wait\" is not known")]
    [InlineData("""{ "storeAway": { "seconds": -1 } }""", "/access/storeAway/seconds must be a number of seconds above 0")]
    [InlineData("""{ "storeAway": { "second": 1 } }""", "/access/storeAway/second is not known (did you mean seconds?)")]
    public void A_mistake_says_where_and_what_is_allowed(string access, string expected)
    {
        var error = Assert.Throws<ConfigurationException>(() => Read($$"""{ "access": {{access}} }"""));
        Assert.Contains(error.Mistakes, mistake => mistake.StartsWith("gateway.json: " + expected, StringComparison.Ordinal));
    }

    private static GatewayConfiguration Read(string json, params (string Name, string Value)[] environment) =>
        ConfigurationReader.Read(json, "gateway.json", environment.ToDictionary(each => each.Name, each => each.Value));
}
