using Dragoman.Bench.Ledger;
using Xunit;

namespace Dragoman.Bench.Tests.Ledger;

public class LedgerOptionsTests
{
    [Fact]
    public void NothingSaidIsEverythingInFull()
    {
        var options = LedgerOptions.Read([])!;
        Assert.True(options.IsComplete);
        Assert.All(LedgerOptions.AllStores, store => Assert.True(options.Includes(store)));
    }

    [Fact]
    public void StoresAndSizesMayBeChosenInAnyOrder()
    {
        var options = LedgerOptions.Read(["--seconds", "5", "tables", "--quick", "sqlite", "--processes", "8", "--batches", "7"])!;
        Assert.False(options.IsComplete);
        Assert.Equal(["sqlite", "tables"], LedgerOptions.AllStores.Where(options.Includes));
        Assert.Equal((8, 5, 7), (options.Processes, options.Seconds, options.Batches));
    }

    [Theory]
    [InlineData("mysql")]
    [InlineData("--seconds")]
    [InlineData("--seconds", "many")]
    [InlineData("--processes", "0")]
    public void WhatIsNotUnderstoodIsNotGuessed(params string[] arguments) => Assert.Null(LedgerOptions.Read(arguments));
}
