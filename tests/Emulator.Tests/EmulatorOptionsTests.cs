using System.Net;
using Xunit;

namespace Dragoman.Emulator.Tests;

public sealed class EmulatorOptionsTests
{
    private static EmulatorOptions Read(string[] arguments, string? port = null)
    {
        var options = EmulatorOptions.Read(arguments, Environment(port), out var page, out var mistakes);
        Assert.Null(page);
        Assert.Empty(mistakes);
        return options;
    }

    private static IReadOnlyList<string> MistakesOf(string[] arguments, string? port = null)
    {
        _ = EmulatorOptions.Read(arguments, Environment(port), out _, out var mistakes);
        return mistakes;
    }

    private static Dictionary<string, string> Environment(string? port) => port is null ? [] : new() { ["DRAGOMAN_EMULATOR_PORT"] = port };

    [Fact]
    public void The_argument_goes_over_the_environment_and_that_over_the_default()
    {
        Assert.Equal(4755, Read([]).Port);
        Assert.Equal(4755, Read([], "").Port);
        Assert.Equal(5000, Read([], "5000").Port);
        Assert.Equal(6000, Read(["--port", "6000"], "5000").Port);
        Assert.Equal((0, 0), (Read(["--port=0", "--capture=0"]).Port, Read(["--port=0", "--capture=0"]).Capacity));
        Assert.Equal(IPAddress.IPv6Loopback, Read(["--listen", "::1"]).Address);
    }

    [Theory]
    [InlineData("argument --port: \"70000\" is not a port; allowed: 0 to 65535, where 0 takes any free one", "--port", "70000")]
    [InlineData("argument --port needs a value; allowed: --port N", "--port", "")]
    [InlineData("argument --port needs a value; allowed: --port N", "--port")]
    [InlineData("argument --capture: \"-1\" is not a number of requests; allowed: 0 to 1000000", "--capture", "-1")]
    [InlineData("argument \"--prot\" is not known (did you mean --port?); allowed: --capture N, --help, --listen ADDRESS, --port N, --version", "--prot", "1")]
    [InlineData("argument --config: the emulator reads no configuration file; allowed: --port, --listen and --capture", "--config", "x.json")]
    [InlineData("argument --listen: the emulator keeps prompts for inspection and serves this machine alone, not 0.0.0.0; allowed: 127.0.0.1 to 127.255.255.254, ::1", "--listen", "0.0.0.0")]
    public void What_is_not_understood_is_one_sentence(string mistake, params string[] arguments) => Assert.Equal([mistake], MistakesOf(arguments));

    [Fact]
    public void A_wrong_variable_is_named()
    {
        Assert.Equal(["environment variable DRAGOMAN_EMULATOR_PORT: \"x\" is not a port; allowed: 0 to 65535, where 0 takes any free one"], MistakesOf([], "x"));
        _ = EmulatorOptions.Read([], new Dictionary<string, string> { ["DRAGOMAN_PORT"] = "1" }, out _, out var mistakes);
        Assert.StartsWith("environment variable DRAGOMAN_PORT is not known (did you mean DRAGOMAN_EMULATOR_PORT?)", Assert.Single(mistakes), StringComparison.Ordinal);
    }

    [Fact]
    public void A_variable_of_the_framework_is_noted_or_refused_and_never_ignored_in_silence()
    {
        var noted = EmulatorOptions.Read([], new Dictionary<string, string> { ["ASPNETCORE_URLS"] = "http://+:8081", ["HTTP_PORTS"] = "1" }, out _, out var mistakes);
        Assert.Empty(mistakes);
        Assert.Equal(4755, noted.Port);
        Assert.Equal(
            ["ASPNETCORE_URLS=http://+:8081 has no effect: the emulator's own port (--port, DRAGOMAN_EMULATOR_PORT) says where to listen", "HTTP_PORTS=1 has no effect: the emulator's own port (--port, DRAGOMAN_EMULATOR_PORT) says where to listen"],
            noted.Notices);
        _ = EmulatorOptions.Read([], new Dictionary<string, string> { ["ASPNETCORE_HTTPS_PORTS"] = "443" }, out _, out mistakes);
        Assert.StartsWith("environment variable ASPNETCORE_HTTPS_PORTS cannot be honored", Assert.Single(mistakes), StringComparison.Ordinal);
    }

    [Fact]
    public void Help_wins_over_mistakes_and_lists_what_there_is()
    {
        _ = EmulatorOptions.Read(["--nope", "--help"], Environment("x"), out var page, out var mistakes);
        Assert.Empty(mistakes);
        Assert.Contains("--capture N", page, StringComparison.Ordinal);
        Assert.DoesNotContain("--config", page, StringComparison.Ordinal);
        Assert.Contains("DRAGOMAN_EMULATOR_PORT", page, StringComparison.Ordinal);
    }
}
