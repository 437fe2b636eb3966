using Dragoman.Bench.Soak;
using Xunit;

namespace Dragoman.Bench.Tests.Soak;

public class SoakOptionsTests
{
    [Fact]
    public void WithoutWordsTheFuzzerIsPartOfIt() => Assert.Equal(new SoakOptions(TimeSpan.FromMinutes(20), TimeSpan.FromMinutes(10)), SoakOptions.Read([]));

    [Fact]
    public void BothLengthsAreTold() =>
        Assert.Equal(new SoakOptions(TimeSpan.FromMinutes(1.5), TimeSpan.Zero), SoakOptions.Read(["--fuzz-minutes", "0", "--minutes", "1.5"]));

    [Theory]
    [InlineData("--minutes")]
    [InlineData("--minutes", "0")]
    [InlineData("--fuzz-minutes", "-1")]
    [InlineData("--fuzz-minutes", "NaN")]
    [InlineData("--hours", "1")]
    public void WhatIsNotUnderstoodIsNotGuessed(params string[] arguments) => Assert.Null(SoakOptions.Read(arguments));
}
