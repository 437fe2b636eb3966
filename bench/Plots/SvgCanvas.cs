using System.Globalization;
using System.Xml;

namespace Dragoman.Bench.Plots;

/// <summary>The point of a text that its coordinates refer to.</summary>
internal enum Anchor
{
    Start,
    Middle,
    End,
}

/// <summary>The few shapes that plots consist of. Lengths are pixels. Colors come from the classes in the style.</summary>
internal sealed class SvgCanvas(XmlWriter xml)
{
    public const double FontSize = 13;

    /// <summary>The number of different colors for series. Further series start again with the first.</summary>
    public const int Colours = 8;

    private const string Namespace = "http://www.w3.org/2000/svg";

    // Colors that people with red-green color blindness can distinguish (Okabe and Ito), lighter on a dark background.
    private const string Style = """
        text { font: 13px system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; fill: #24292f; }
        .title { font-weight: 600; font-size: 15px; }
        .quiet { fill: #57606a; font-size: 12px; }
        .paper { fill: #ffffff; }
        .grid { stroke: #d8dee4; stroke-width: 1; }
        .axis { stroke: #8c959f; stroke-width: 1; }
        .line { fill: none; stroke-width: 1.75; stroke-linejoin: round; }
        .f0 { fill: #0072b2; } .l0 { stroke: #0072b2; }
        .f1 { fill: #e69f00; } .l1 { stroke: #e69f00; }
        .f2 { fill: #009e73; } .l2 { stroke: #009e73; }
        .f3 { fill: #d55e00; } .l3 { stroke: #d55e00; }
        .f4 { fill: #a64d85; } .l4 { stroke: #a64d85; }
        .f5 { fill: #56b4e9; } .l5 { stroke: #56b4e9; }
        .f6 { fill: #6e7781; } .l6 { stroke: #6e7781; }
        .f7 { fill: #8a6d00; } .l7 { stroke: #8a6d00; }
        @media (prefers-color-scheme: dark) {
        text { fill: #e6edf3; }
        .quiet { fill: #9da7b3; }
        .paper { fill: #0d1117; }
        .grid { stroke: #2d333b; }
        .axis { stroke: #6e7681; }
        .f0 { fill: #4da3dd; } .l0 { stroke: #4da3dd; }
        .f2 { fill: #2cc295; } .l2 { stroke: #2cc295; }
        .f3 { fill: #f0834a; } .l3 { stroke: #f0834a; }
        .f4 { fill: #d98bbb; } .l4 { stroke: #d98bbb; }
        .f6 { fill: #9da7b3; } .l6 { stroke: #9da7b3; }
        .f7 { fill: #c9a83a; } .l7 { stroke: #c9a83a; }
        }
        """;

    /// <summary>An upper bound of a text's width, because fonts differ between machines.</summary>
    public static double WidthOf(string text, double fontSize = FontSize) => text.Length * fontSize * 0.62;

    public void Begin(double width, double height)
    {
        xml.WriteStartElement("svg", Namespace);
        xml.WriteAttributeString("viewBox", $"0 0 {Number(width)} {Number(height)}");
        xml.WriteAttributeString("width", Number(width));
        xml.WriteAttributeString("height", Number(height));
        xml.WriteAttributeString("role", "img");
        xml.WriteElementString("style", Namespace, $"\n{Style.ReplaceLineEndings("\n")}\n");
        Rectangle("paper", 0, 0, width, height);
    }

    public void End() => xml.WriteEndElement();

    public void Move(double x, double y, Action draw)
    {
        xml.WriteStartElement("g", Namespace);
        xml.WriteAttributeString("transform", $"translate({Number(x)} {Number(y)})");
        draw();
        xml.WriteEndElement();
    }

    public void Line(string style, double x1, double y1, double x2, double y2) =>
        Shape("line", style, ("x1", x1), ("y1", y1), ("x2", x2), ("y2", y2));

    public void Rectangle(string style, double x, double y, double width, double height) =>
        Shape("rect", style, ("x", x), ("y", y), ("width", width), ("height", height));

    public void Dot(string style, double x, double y, double radius) => Shape("circle", style, ("cx", x), ("cy", y), ("r", radius));

    public void Curve(string style, IEnumerable<(double X, double Y)> points)
    {
        xml.WriteStartElement("polyline", Namespace);
        xml.WriteAttributeString("class", style);
        xml.WriteAttributeString("points", string.Join(' ', points.Select(point => $"{Number(point.X)},{Number(point.Y)}")));
        xml.WriteEndElement();
    }

    /// <param name="style">A class of the style. Empty for normal text.</param>
    /// <param name="x">The position of <paramref name="anchor"/>.</param>
    /// <param name="y">The position of the baseline.</param>
    /// <param name="text">One line of text.</param>
    /// <param name="anchor">The point of the text at <paramref name="x"/>.</param>
    public void Text(string style, double x, double y, string text, Anchor anchor = Anchor.Start)
    {
        xml.WriteStartElement("text", Namespace);
        if (style.Length > 0)
            xml.WriteAttributeString("class", style);
        xml.WriteAttributeString("x", Number(x));
        xml.WriteAttributeString("y", Number(y));
        if (anchor != Anchor.Start)
            xml.WriteAttributeString("text-anchor", anchor == Anchor.End ? "end" : "middle");
        xml.WriteString(text);
        xml.WriteEndElement();
    }

    private void Shape(string name, string style, params ReadOnlySpan<(string Name, double Value)> places)
    {
        xml.WriteStartElement(name, Namespace);
        xml.WriteAttributeString("class", style);
        foreach (var (place, value) in places)
            xml.WriteAttributeString(place, Number(value));
        xml.WriteEndElement();
    }

    private static string Number(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);
}
