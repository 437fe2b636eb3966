using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Dragoman.Schemas;

/// <summary>Writes a note about a removed keyword for a description. The work is limited, however large the keyword is.</summary>
internal static class SchemaNote
{
    private const int Longest = 500;

    public static string Of(string keyword, SchemaValue value)
    {
        var text = new StringBuilder();
        Append(text, value);
        return $"{keyword}: {(text.Length > Longest ? text.ToString(0, Longest) + "…" : text)}";
    }

    private static void Append(StringBuilder text, SchemaValue value)
    {
        if (value.Raw.ValueKind != JsonValueKind.Undefined)
        {
            var raw = JsonMarshal.GetRawUtf8Value(value.Raw);
            text.Append(Encoding.UTF8.GetString(raw[..Math.Min(raw.Length, 4 * Longest)]));
        }
        else if (value.Node is { } node)
        {
            Append(text, node);
        }
        else if (value.List is { } list)
        {
            Append(text, '[', ']', list, one => Append(text, one));
        }
        else
        {
            Append(text, '{', '}', value.Map ?? [], one => Append(text, one.Key, one.Value));
        }
    }

    private static void Append(StringBuilder text, SchemaNode node)
    {
        if (node.Boolean is { } boolean)
            text.Append(boolean ? "true" : "false");
        else
            Append(text, '{', '}', node.Keywords, one => Append(text, one.Key, one.Value));
    }

    private static void Append(StringBuilder text, string name, SchemaValue value)
    {
        text.Append('"').Append(name, 0, Math.Min(name.Length, Longest)).Append("\":");
        Append(text, value);
    }

    private static void Append<T>(StringBuilder text, char open, char close, IEnumerable<T> parts, Action<T> append)
    {
        text.Append(open);
        var start = text.Length;
        foreach (var part in parts.TakeWhile(_ => text.Length <= Longest))
        {
            if (text.Length > start)
                text.Append(',');
            append(part);
        }

        text.Append(close);
    }
}
