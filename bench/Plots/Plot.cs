using System.Text;
using System.Xml;

namespace Dragoman.Bench.Plots;

/// <summary>A drawing of a known size in pixels that can stand alone or on a <see cref="PlotSheet"/>.</summary>
internal abstract class Plot
{
    public abstract double Width { get; }

    public abstract double Height { get; }

    /// <summary>The plot as an SVG document, which follows the reader's light or dark color scheme.</summary>
    public string ToSvg()
    {
        var text = new StringBuilder();
        var settings = new XmlWriterSettings { OmitXmlDeclaration = true, Indent = true, IndentChars = " ", NewLineChars = "\n" };
        using (var xml = XmlWriter.Create(text, settings))
        {
            var canvas = new SvgCanvas(xml);
            canvas.Begin(Width, Height);
            Draw(canvas);
            canvas.End();
        }

        return text.Append('\n').ToString();
    }

    public abstract void Draw(SvgCanvas canvas);
}
