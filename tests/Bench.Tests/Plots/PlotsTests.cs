using System.Globalization;
using System.Xml.Linq;
using Dragoman.Bench.Plots;
using Xunit;

namespace Dragoman.Bench.Tests.Plots;

public class PlotsTests
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    [Fact]
    public void EveryPlotIsAnSvgDocumentThatStaysWithinItsEdges()
    {
        foreach (var plot in Samples())
        {
            var svg = XDocument.Parse(plot.ToSvg()).Root!;
            Assert.Equal(Svg + "svg", svg.Name);
            foreach (var text in svg.Descendants(Svg + "text").Where(text => text.Parent == svg))
            {
                var width = SvgCanvas.WidthOf(text.Value, 12);
                var x = Place(text, "x");
                var (from, to) = (string?)text.Attribute("text-anchor") switch
                {
                    "end" => (x - width, x),
                    "middle" => (x - (width / 2), x + (width / 2)),
                    _ => (x, x + width),
                };
                Assert.True(from >= -1 && to <= plot.Width + 1, $"\"{text.Value}\" reaches from {from} to {to} of {plot.Width}");
                Assert.InRange(Place(text, "y"), 0, plot.Height);
            }

            foreach (var dot in svg.Descendants(Svg + "circle").Where(dot => dot.Parent == svg))
                Assert.InRange(Place(dot, "cx"), 0, plot.Width);
        }
    }

    [Fact]
    public void NamesAreEscapedAndLegendsNameEverySeries()
    {
        var svg = XDocument.Parse(new LinePlot("a < b & c", "s", "MB", [new("x > y", [(0, 1), (1, 2)]), new("\"z\"", [(0, 3)])]).ToSvg());
        string[] texts = [.. svg.Descendants(Svg + "text").Select(text => text.Value)];
        Assert.Superset(new HashSet<string> { "a < b & c", "x > y", "\"z\"", "s", "MB" }, texts.ToHashSet());
    }

    [Fact]
    public void BarsAreAsLongAsTheirValues()
    {
        var svg = XDocument.Parse(new BarPlot("t", "µs", ["p50"], [new("one", [10.0]), new("four", [40.0]), new("none", [null])]).ToSvg());
        double[] widths = [.. svg.Descendants(Svg + "rect").Where(bar => (string?)bar.Attribute("class") == "f0").Select(bar => Place(bar, "width"))];
        Assert.Equal(2, widths.Length);
        Assert.Equal(4, widths[1] / widths[0], 0.01);
    }

    [Fact]
    public void ALogarithmicRowLeavesOutWhatHasNoPlace()
    {
        var svg = XDocument.Parse(new RangePlot("t", "µs", ["p50", "p99"], [new("one", [-3.0, 10.0]), new("two", [1000.0, 0.0])]).ToSvg());
        Assert.Equal(2, svg.Descendants(Svg + "circle").Count());
    }

    [Fact]
    public void ASheetLeavesNoPlotOutAndLetsNoneOverlap()
    {
        Plot[] plots = [.. Samples().Where(plot => plot is not PlotSheet)];
        var sheet = new PlotSheet("All", "of them", plots);
        var groups = XDocument.Parse(sheet.ToSvg()).Descendants(Svg + "g").Select(group => (string)group.Attribute("transform")!).ToArray();
        Assert.Equal(plots.Length, groups.Distinct().Count());
        Assert.True(sheet.Width * sheet.Height > plots.Sum(plot => plot.Width * plot.Height));
    }

    [Theory]
    [InlineData(0, 97)]
    [InlineData(-12, 3)]
    [InlineData(0.0002, 0.00031)]
    [InlineData(5, 5)]
    [InlineData(0, 0)]
    public void ALinearScaleHoldsItsValuesAndZero(double low, double high)
    {
        var scale = new Scale(ScaleKind.Linear, [low, high]);
        Assert.InRange(scale.PlaceOf(low), 0, 1);
        Assert.InRange(scale.PlaceOf(high), 0, 1.000001);
        Assert.InRange(scale.PlaceOf(0), 0, 1);
        Assert.InRange(scale.Marks.Count, 2, 9);
        Assert.Equal(scale.Marks.Order(), scale.Marks);
    }

    [Fact]
    public void ALogarithmicScaleGoesInPowersOfTen()
    {
        var scale = new Scale(ScaleKind.Logarithmic, [30, 2100]);
        Assert.Equal([10, 100, 1000, 10000], scale.Marks);
        Assert.Equal([10, 20, 50, 100, 200, 500, 1000], new Scale(ScaleKind.Logarithmic, [12, 900]).Marks.Select(mark => Math.Round(mark)));
        Assert.Equal(scale.PlaceOf(1000) - scale.PlaceOf(100), scale.PlaceOf(10000) - scale.PlaceOf(1000), 1e-9);
        Assert.False(scale.HasPlace(0));
    }

    internal static IEnumerable<Plot> Samples()
    {
        var memory = new LinePlot("Resident memory over eight hours", "hours", "MB",
            [.. Enumerable.Range(0, 5).Select(process => new Series($"process number {process}", [.. Enumerable.Range(0, 50).Select(at => (at / 6.0, 40 + (process * 20.0) + at))]))]);
        var latency = new LinePlot("Latency by load", "requests a second", "µs", [new("sidecar", [(100, 90), (1000, 200), (4000, 90000)])])
        {
            XScale = ScaleKind.Logarithmic,
            YScale = ScaleKind.Logarithmic,
            ShowsPoints = true,
        };
        PlotRow[] rows =
        [
            new("nginx only", [31.2, 29.4, 100]),
            new("nginx + sidecar → functions", [273, 12494.123, 31000]),
            new("Portkey (OpenAI → Anthropic)", [2100.5, null, 48000]),
        ];
        var bars = new BarPlot("CPU", "µs a request", ["hops", "upstream", "all"], rows);
        var range = new RangePlot("Added latency", "µs, logarithmic", ["p50", "p99", "p99.9"], rows);
        return [memory, latency, bars, range, new PlotSheet("Sheet", "with all", [memory, latency, bars, range])];
    }

    private static double Place(XElement shape, string name) => double.Parse(shape.Attribute(name)!.Value, CultureInfo.InvariantCulture);
}
