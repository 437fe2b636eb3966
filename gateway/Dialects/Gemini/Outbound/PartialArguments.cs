using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Dragoman.Dialects.Answers;
using Dragoman.Wire;

namespace Dragoman.Dialects.Gemini.Outbound;

/// <summary>
/// Assembles a call's arguments from values at paths such as <c>$.cities[0].name</c>. A text may arrive in several pieces
/// (specs/dialects.md 1.4). Members keep the order in which they arrive.
/// </summary>
internal sealed class PartialArguments
{
    private const int MostElements = 10_000;
    private const int Deepest = 60;

    /// <summary>The approximate memory of an empty list element, in bytes.</summary>
    private const int NodeBytes = 64;

    private readonly HeldBack held = new();
    private readonly Node root;

    public PartialArguments() => root = new Node(held);

    /// <param name="path">A JSONPath of names and indices only.</param>
    /// <param name="escaped">A piece of text, escaped as in a JSON string.</param>
    /// <exception cref="FormatException">The path has another form or leads through a value.</exception>
    public void AppendText(string path, ReadOnlySpan<byte> escaped)
    {
        var leaf = Find(path);
        held.Add(escaped.Length);
        (leaf.Text ??= new EscapedText()).Append(escaped);
    }

    /// <param name="path">A JSONPath of names and indices only.</param>
    /// <param name="json">A number, <c>true</c>, <c>false</c> or <c>null</c>.</param>
    /// <exception cref="FormatException">The path has another form or leads through a value.</exception>
    public void Set(string path, ReadOnlySpan<byte> json)
    {
        held.Add(json.Length);
        Find(path).Value = json.ToArray();
    }

    /// <summary>The arguments received so far, as JSON.</summary>
    public ReadOnlyMemory<byte> Write()
    {
        var output = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(output, JsonText.Compact))
        {
            if (root.Members is null)
                writer.WriteRawValue("{}"u8, skipInputValidation: true);
            else
                root.Write(writer);
        }

        return output.WrittenMemory;
    }

    private Node Find(string path)
    {
        if (!path.StartsWith('$'))
            throw new FormatException($"\"{path}\" is not a JSON path");
        var node = root;
        var depth = 0;
        for (var rest = path.AsSpan(1); !rest.IsEmpty;)
        {
            if (++depth > Deepest)
                throw new FormatException("an argument lies too deep");
            if (rest[0] == '.')
            {
                var end = rest[1..].IndexOfAny('.', '[');
                var name = end < 0 ? rest[1..] : rest.Slice(1, end);
                node = node.Member(name.ToString());
                rest = rest[(name.Length + 1)..];
                continue;
            }

            var close = rest is ['[', '\'' or '"', ..] ? rest[2..].IndexOf([rest[1], ']']) + 3 : rest.IndexOf(']');
            if (rest[0] != '[' || close < 2)
                throw new FormatException($"\"{path}\" is not a path of names and indices");
            var inside = rest[1..close];
            if (inside[0] is '\'' or '"')
                node = node.Member(inside[1..^1].ToString());
            else if (int.TryParse(inside, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < MostElements)
                node = node.Element(index);
            else
                throw new FormatException($"\"{path}\" is not a path of names and indices");
            rest = rest[(close + 1)..];
        }

        return node != root && node is { Members: null, Elements: null } ? node : throw new FormatException($"\"{path}\" is not the path of one value");
    }

    /// <summary>An object, a list or a value. Empty for a gap in a list.</summary>
    private sealed class Node(HeldBack held)
    {
        public OrderedDictionary<string, Node>? Members { get; private set; }

        public List<Node>? Elements { get; private set; }

        public EscapedText? Text { get; set; }

        public byte[]? Value { get; set; }

        public Node Member(string name)
        {
            if (Elements is not null || Text is not null || Value is not null)
                throw new FormatException($"\"{name}\" is a member of something that is no object");
            Members ??= new(StringComparer.Ordinal);
            if (Members.TryGetValue(name, out var known))
                return known;
            held.Add(NodeBytes + name.Length);
            var node = new Node(held);
            Members.Add(name, node);
            return node;
        }

        public Node Element(int index)
        {
            if (Members is not null || Text is not null || Value is not null)
                throw new FormatException($"[{index}] is an element of something that is no list");
            Elements ??= [];
            while (Elements.Count <= index)
            {
                held.Add(NodeBytes);
                Elements.Add(new Node(held));
            }

            return Elements[index];
        }

        public void Write(Utf8JsonWriter writer)
        {
            if (Members is not null)
            {
                writer.WriteStartObject();
                foreach (var (name, node) in Members)
                {
                    writer.WritePropertyName(name);
                    node.Write(writer);
                }

                writer.WriteEndObject();
            }
            else if (Elements is not null)
            {
                writer.WriteStartArray();
                foreach (var element in Elements)
                    element.Write(writer);
                writer.WriteEndArray();
            }
            else if (Text is not null)
            {
                writer.WriteStringValue(Text.ToString());
            }
            else
            {
                writer.WriteRawValue(Value ?? "null"u8, skipInputValidation: true);
            }
        }
    }
}
