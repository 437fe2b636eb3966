using Dragoman.Startup;

namespace Dragoman.Gateway.Tests.Startup;

public class CommandLineTests
{
    private static readonly CommandOption Port = new("--port", "N", "");
    private static readonly CommandOption Config = new("--config", "FILE", "");
    private static readonly CommandOption Refused = new("--capture", "N", "") { Refusal = "is the emulator's" };
    private static readonly CommandOption[] Options = [Port, Config, Refused, CommandOption.Help, CommandOption.Version];

    private const string Allowed = "allowed: --config FILE, --help, --port N, --version";

    [Theory]
    [InlineData("--port", "1")]
    [InlineData("--port=1")]
    public void A_value_follows_its_option_or_an_equals_sign(params string[] arguments)
    {
        var line = CommandLine.Read(arguments, Options);
        Assert.Empty(line.Mistakes);
        Assert.Equal("1", line.ValueOf(Port));
        Assert.Null(line.ValueOf(Config));
    }

    [Fact]
    public void Options_come_in_any_order_and_values_may_hold_anything()
    {
        var line = CommandLine.Read(["--help", "--config=a=b", "--port", "-1"], Options);
        Assert.Empty(line.Mistakes);
        Assert.True(line.Has(CommandOption.Help));
        Assert.Equal(("a=b", "-1"), (line.ValueOf(Config), line.ValueOf(Port)));
    }

    [Theory]
    [InlineData("argument \"--prot\" is not known (did you mean --port?); " + Allowed, "--prot", "1")]
    [InlineData("argument \"--urls\" is not known; " + Allowed, "--urls", "http://0.0.0.0:1")]
    [InlineData("argument \"--Port\" is not known (did you mean --port?); " + Allowed, "--Port=1")]
    [InlineData("argument \"-h\" is not known; " + Allowed, "-h")]
    [InlineData("argument \"--\" is not known; " + Allowed, "--")]
    [InlineData("argument \"gateway.json\" belongs to no option; " + Allowed, "gateway.json")]
    [InlineData("argument \"\" belongs to no option; " + Allowed, "")]
    [InlineData("argument --port needs a value; allowed: --port N", "--port")]
    [InlineData("argument --port needs a value; allowed: --port N", "--port=")]
    [InlineData("argument --port needs a value; allowed: --port N", "--port", "")]
    [InlineData("argument --port needs a value; allowed: --port N", "--port", "--help")]
    [InlineData("argument --help takes no value", "--help=1")]
    [InlineData("argument --port is given twice; allowed: once", "--port", "1", "--port=2")]
    [InlineData("argument --capture: is the emulator's", "--capture", "5")]
    public void A_mistake_is_one_sentence(string mistake, params string[] arguments) =>
        Assert.Equal([mistake], CommandLine.Read(arguments, Options).Mistakes);
}
