using System.Net;
using System.Net.Sockets;
using Dragoman.Startup;

namespace Dragoman.Gateway.Tests.Startup;

public class ListenAddressTests
{
    [Theory]
    [InlineData("127.0.0.1", "127.0.0.1")]
    [InlineData("0.0.0.0", "0.0.0.0")]
    [InlineData("::1", "::1")]
    [InlineData("::", "::")]
    [InlineData("::ffff:127.0.0.1", "127.0.0.1")]
    [InlineData("::FFFF:7f00:1", "127.0.0.1")]
    public void An_address_is_read_and_a_mapped_one_is_the_one_that_it_maps(string text, string address)
    {
        var mistakes = new List<string>();
        Assert.Equal(IPAddress.Parse(address), ListenAddress.ReadAddress(text, "argument --listen", mistakes));
        Assert.Empty(mistakes);
    }

    [Theory]
    [InlineData("localhost", " (did you mean 127.0.0.1?)")]
    [InlineData("5081", "")]
    [InlineData("127.1", "")]
    [InlineData("0177.0.0.1", "")]
    [InlineData("0x7f.0.0.1", "")]
    [InlineData("127.0.0.1:5081", "")]
    [InlineData("[::1]", "")]
    [InlineData("[::1]:5081", "")]
    [InlineData("::1/128", "")]
    [InlineData("", "")]
    [InlineData(" ", "")]
    [InlineData("*", "")]
    [InlineData("example.com", "")]
    public void What_is_no_address_is_a_sentence(string text, string meant)
    {
        var mistakes = new List<string>();
        Assert.Null(ListenAddress.ReadAddress(text, "argument --listen", mistakes));
        Assert.Equal($"argument --listen: \"{text}\" is not an IP address{meant}; allowed: an IP address; 127.0.0.1 is this machine alone, 0.0.0.0 every network", Assert.Single(mistakes));
    }

    [Theory]
    [InlineData("0", 0)]
    [InlineData("65535", 65535)]
    [InlineData("080", 80)]
    [InlineData("65536", null)]
    [InlineData("-1", null)]
    [InlineData("+1", null)]
    [InlineData(" 1", null)]
    [InlineData("1e3", null)]
    [InlineData("", null)]
    [InlineData("99999999999999999999", null)]
    [InlineData("٣", null)]
    public void A_port_is_a_number_up_to_65535(string text, int? port)
    {
        var mistakes = new List<string>();
        Assert.Equal(port, ListenAddress.ReadPort(text, "argument --port", mistakes));
        Assert.Equal(port is null ? 1 : 0, mistakes.Count);
    }

    [Theory]
    [InlineData(SocketError.AddressAlreadyInUse, "port 7 on ::1 cannot be opened: address already in use")]
    [InlineData(SocketError.AddressNotAvailable, "port 7 on ::1 cannot be opened: this machine has no such address")]
    [InlineData(SocketError.AccessDenied, "port 7 on ::1 cannot be opened: ports below 1024")]
    [InlineData(SocketError.AddressFamilyNotSupported, "port 7 on ::1 cannot be opened: this machine has no IPv6")]
    [InlineData(SocketError.NoBufferSpaceAvailable, "port 7 on ::1 cannot be opened: ")]
    public void A_port_that_cannot_be_opened_says_why(SocketError code, string begin)
    {
        var error = new IOException("bind", new SocketException((int)code));
        Assert.True(ListenAddress.IsOpeningFailure(error));
        Assert.StartsWith(begin, ListenAddress.DescribeFailure(IPAddress.IPv6Loopback, 7, error), StringComparison.Ordinal);
    }
}
