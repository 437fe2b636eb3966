using Dragoman.Bench.Measures;
using Xunit;

namespace Dragoman.Bench.Tests;

public class OptionsTests
{
    private static readonly Way[] Ways =
    [
        new("direct", "direct", UpstreamWire.OpenAI, WayKind.Direct),
        new("nginx", "nginx only", UpstreamWire.OpenAI, WayKind.BareNginx),
        new("sidecar", "sidecar", UpstreamWire.OpenAI, WayKind.Ours),
        new("direct-anthropic", "direct, Anthropic", UpstreamWire.Anthropic, WayKind.Direct),
        new("portkey", "Portkey", UpstreamWire.Anthropic, WayKind.Peer),
    ];

    [Fact]
    public void NothingSaidIsEverything()
    {
        var options = Options.Read([])!;
        Assert.True(options.IsComplete);
        Assert.All(Options.AllMeasures, measure => Assert.True(options.Includes(measure)));
        Assert.Equal(Ways, options.Choose(Ways));
    }

    [Fact]
    public void SomeMeasuresOfSomeWays()
    {
        var options = Options.Read(["--quick", "--only", "whole,typed", "--contenders", "portkey"])!;
        Assert.False(options.IsComplete);
        Assert.Same(Plan.Quick, options.Plan);
        Assert.Equal(["whole", "typed"], Options.AllMeasures.Where(options.Includes));
        Assert.Equal(["direct-anthropic", "portkey"], options.Choose(Ways).Select(way => way.Id));
    }

    [Theory]
    [InlineData("--only", "whole,speed")]
    [InlineData("--only")]
    [InlineData("--fast")]
    public void WhatIsNotUnderstoodIsNotGuessed(params string[] arguments) => Assert.Null(Options.Read(arguments));

    [Fact]
    public void AnUnknownWayIsAnsweredWithThoseThereAre()
    {
        var error = Assert.Throws<InvalidOperationException>(() => Options.Read(["--contenders", "kong"])!.Choose(Ways));
        Assert.Contains("direct, nginx, sidecar, direct-anthropic, portkey", error.Message, StringComparison.Ordinal);
    }
}
