using Xunit;

namespace Dragoman.Emulator.Tests;

public sealed class EmulatorOptionsTests
{
    [Fact]
    public void The_argument_goes_over_the_environment_and_that_over_the_default()
    {
        Assert.Equal(4755, EmulatorOptions.Read([], null).Port);
        Assert.Equal(5000, EmulatorOptions.Read([], "5000").Port);
        Assert.Equal(6000, EmulatorOptions.Read(["--port", "6000"], "5000").Port);
        Assert.Equal(0, EmulatorOptions.Read(["--port=0", "--capture=0"], null).Port);
    }

    [Theory]
    [InlineData("--port", "70000")]
    [InlineData("--port", "")]
    [InlineData("--capture", "-1")]
    [InlineData("--nope", "1")]
    public void What_is_not_understood_is_named(string name, string value) =>
        Assert.Contains(name, Assert.Throws<FormatException>(() => EmulatorOptions.Read([name, value], null)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_wrong_variable_is_named() =>
        Assert.Contains("DRAGOMAN_EMULATOR_PORT", Assert.Throws<FormatException>(() => EmulatorOptions.Read([], "x")).Message, StringComparison.Ordinal);
}
