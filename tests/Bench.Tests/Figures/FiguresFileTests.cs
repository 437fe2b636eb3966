using System.Text;
using Dragoman.Bench.Figures;
using Dragoman.Bench.Measures;
using Xunit;

namespace Dragoman.Bench.Tests.Figures;

public class FiguresFileTests
{
    [Fact]
    public void WhatIsWrittenIsReadAgain()
    {
        var figures = new FigureSet();
        figures.AddRounds("whole-1", "nginx + sidecar → functions", "p50", "µs", [3, 1, 2]);
        figures.Add("whole-1", "sidecar", "added p99.9", "µs", -0.00012345);
        var run = new Run(
            new Machine("A \"processor\"", 2, 23.9, "6.1", ".NET 10", "nginx/1", null, "abc"),
            new DateTimeOffset(2026, 11, 21, 8, 0, 0, TimeSpan.Zero), TimeSpan.FromSeconds(600), Plan.Full, 0.1, [], figures);

        var read = FiguresFile.Read(FiguresFile.Write(run));

        Assert.Equal("2026-11-21 08:00, commit abc", read.Label);
        Assert.Equal(2, read.Figures.Count);
        Assert.True(read.Figures[0].IsOf("whole-1", "nginx + sidecar → functions", "p50"));
        Assert.Equal(2, read.Figures[0].Value);
        Assert.Equal([3, 1, 2], read.Figures[0].Rounds);
        Assert.Equal(-0.0001, read.Figures[1].Value);
        Assert.Empty(read.Figures[1].Rounds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("[1]")]
    [InlineData("""{"startedAt":"yesterday","machine":{"commit":"a"},"figures":[]}""")]
    public void AnotherFileIsToldApart(string file) =>
        Assert.Throws<InvalidOperationException>(() => FiguresFile.Read(Encoding.UTF8.GetBytes(file)));
}
