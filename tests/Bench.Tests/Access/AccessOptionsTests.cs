using Dragoman.Bench.Access;
using Xunit;

namespace Dragoman.Bench.Tests.Access;

public class AccessOptionsTests
{
    [Fact]
    public void NothingSaidIsEverythingInFull()
    {
        var options = AccessOptions.Read([])!;
        Assert.True(options.IsComplete);
        Assert.All(AccessOptions.AllParts, part => Assert.True(options.Includes(part)));
        Assert.Equal((8, 100_000, 5), (options.Processes, options.Keys, options.Revocations));
    }

    [Fact]
    public void PartsAndSizesMayBeChosenInAnyOrder()
    {
        var options = AccessOptions.Read(["--keys", "500", "listing", "--quick", "rate", "--processes", "2", "--rounds", "7"])!;
        Assert.False(options.IsComplete);
        Assert.Equal(["listing", "rate"], AccessOptions.AllParts.Where(options.Includes));
        Assert.Equal((2, 500, 7, 7, 5), (options.Processes, options.Keys, options.Revocations, options.CostRounds, options.Seconds));
    }

    [Theory]
    [InlineData("--quick")]
    [InlineData("cost")]
    [InlineData("--keys", "99")]
    public void APartialRunIsNoResult(params string[] arguments) => Assert.False(AccessOptions.Read(arguments)!.IsComplete);

    [Theory]
    [InlineData("speed")]
    [InlineData("--keys")]
    [InlineData("--keys", "many")]
    [InlineData("--processes", "0")]
    [InlineData("--rounds", "-1")]
    public void WhatIsNotUnderstoodIsNotGuessed(params string[] arguments) => Assert.Null(AccessOptions.Read(arguments));
}
