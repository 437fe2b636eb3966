using System.Net;
using Dragoman.Connections;

namespace Dragoman.Gateway.Tests.Connections;

public class PublicAddressTests
{
    /// <summary>IPv4 addresses that must not be reachable through the gateway.</summary>
    private static readonly string[] Inside =
    [
        "0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "100.100.100.200", "127.0.0.1", "127.255.255.254", "168.63.129.16", "169.254.169.254", "169.254.170.2",
        "172.16.0.1", "172.31.255.255", "192.0.0.192", "192.0.0.1", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.51.100.1", "203.0.113.1",
        "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255", "161.26.0.10", "166.9.8.7",
    ];

    private static readonly string[] Outside = ["1.1.1.1", "8.8.8.8", "93.184.215.14", "168.63.129.15", "168.63.129.17", "172.32.0.1", "192.0.1.1", "100.128.0.1", "223.255.255.255"];

    public static TheoryData<string> InsideAddresses => [.. Inside];

    public static TheoryData<string> OutsideAddresses => [.. Outside];

    [Theory]
    [MemberData(nameof(InsideAddresses))]
    public void An_inner_address_is_not_public_in_whatever_it_is_wrapped(string address)
    {
        var inner = IPAddress.Parse(address);
        Assert.False(PublicAddress.Is(inner));
        Assert.All(Wrapped(inner), wrapped => Assert.False(PublicAddress.Is(wrapped), wrapped.ToString()));
    }

    [Theory]
    [MemberData(nameof(OutsideAddresses))]
    public void An_outer_address_is_public_mapped_or_behind_nat64_too(string address)
    {
        var outer = IPAddress.Parse(address);
        Assert.True(PublicAddress.Is(outer));
        Assert.True(PublicAddress.Is(outer.MapToIPv6()));
        Assert.True(PublicAddress.Is(With("64:ff9b::", 12, outer)));
    }

    [Theory]
    [InlineData("::")]
    [InlineData("::1")]
    [InlineData("::8.8.8.8")]
    [InlineData("::ffff:0:8.8.8.8")]
    [InlineData("64:ff9b:1::8.8.8.8")]
    [InlineData("100::1")]
    [InlineData("100:0:0:1::1")]
    [InlineData("2001::1")]
    [InlineData("2001:0:4136:e378:8000:63bf:3fff:fdd2")]
    [InlineData("2001:10::1")]
    [InlineData("2001:20::1")]
    [InlineData("2001:db8::1")]
    [InlineData("2002:7f00:1::1")]
    [InlineData("2002:808:808::1")]
    [InlineData("3fff::1")]
    [InlineData("4000::1")]
    [InlineData("5f00::1")]
    [InlineData("fc00::1")]
    [InlineData("fd00:ec2::254")]
    [InlineData("fd20:ce::254")]
    [InlineData("fd00:42::42")]
    [InlineData("fe80::1")]
    [InlineData("fe80::a9fe:a9fe%1")]
    [InlineData("fec0::1")]
    [InlineData("ff02::1")]
    [InlineData("2a00:1450::5efe:7f00:1")]
    [InlineData("2a00:1450::200:5efe:a00:1")]
    public void What_is_not_given_out_for_the_internet_or_embeds_something_else_is_not_public(string address) => Assert.False(PublicAddress.Is(IPAddress.Parse(address)));

    [Theory]
    [InlineData("2001:200::1")]
    [InlineData("2001:4860:4860::8888")]
    [InlineData("2606:4700:4700::1111")]
    [InlineData("2a00:1450:4001:81b::200e")]
    [InlineData("2a00:1450::5efe:808:808")]
    [InlineData("3ffe::1")]
    public void Addresses_of_the_internet_are_public(string address) => Assert.True(PublicAddress.Is(IPAddress.Parse(address)));

    /// <summary>Every form in which an IPv6 address carries an IPv4 address that some system on the way may extract.</summary>
    private static IEnumerable<IPAddress> Wrapped(IPAddress inner) =>
    [
        inner.MapToIPv6(),
        With("::", 12, inner),
        With("::ffff:0:0:0", 12, inner),
        With("64:ff9b::", 12, inner),
        With("64:ff9b:1::", 12, inner),
        With("2002::", 2, inner),
        With("2001::", 4, inner),
        With("2001::", 12, new IPAddress([.. inner.GetAddressBytes().Select(value => (byte)~value)])),
        With("fe80::5efe:0:0", 12, inner),
        With("2a00:1450::5efe:0:0", 12, inner),
        With("2a00:1450::200:5efe:0:0", 12, inner),
    ];

    private static IPAddress With(string prefix, int at, IPAddress inner)
    {
        var bytes = IPAddress.Parse(prefix).GetAddressBytes();
        inner.GetAddressBytes().CopyTo(bytes, at);
        return new IPAddress(bytes);
    }
}
