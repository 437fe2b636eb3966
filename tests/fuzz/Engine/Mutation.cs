using System.Text;
using System.Text.Json;

namespace Dragoman.Fuzz.Engine;

/// <summary>Makes a new input from an old one, by its structure if it is JSON, and sometimes by its bytes.</summary>
internal sealed class Mutation
{
    private static readonly string[] Values =
    [
        "null", "true", "false", "0", "-1", "1", "1e400", "-0.0", "1.5", "9223372036854775808", "1e-400", "[]", "{}", "\"\"", "\" \"", "\"x\"", "\"\\ud83d\"", "\"\\udc4b\\ud83d\"", "\"\\u0000\"", "\"\\r\\n\"", "\"\\u2028\"", "[null]", "[[]]", "{\"\":1}", "{\"a\":null}",
        "\"data:image/png;base64,iVBORw0KGgo=\"", "\"data:;base64,\"", "\"http://127.0.0.1/\"", "\"{\\\"a\\\":1}\"", "\"#/$defs/a\"", "\"#\"",
    ];

    private static readonly string[] Fragments = ["\n", "\r\n", "\r", "\n\n", "data: ", "event: ", ": ", "[DONE]", "{", "}", "[", "]", ",", ":", "\"", "\\", "\\u", "\\ud83d", "\0", "\ufeff", "\u00ff", "/", "..", "//", "@", "?", "#", "%2f", "%"];

    private readonly InputKind kind;
    private readonly Random random;
    private readonly List<byte[]> inputs;
    private readonly List<byte[]> names = [];
    private readonly List<byte[]> values = [];

    /// <param name="kind">The kind of the inputs.</param>
    /// <param name="random">The generator that decides everything.</param>
    /// <param name="inputs">The inputs from which parts are borrowed. The list may grow.</param>
    public Mutation(InputKind kind, Random random, List<byte[]> inputs)
    {
        this.kind = kind;
        this.random = random;
        this.inputs = inputs;
        values.AddRange(Values.Select(Encoding.UTF8.GetBytes));
        foreach (var input in inputs)
        {
            foreach (var part in JsonIn(input))
                Collect(input.AsSpan(part));
        }
    }

    public byte[] Of(byte[] input)
    {
        for (var count = 1 << random.Next(5); count > 0; count--)
            input = kind != InputKind.Bytes && random.Next(8) > 0 ? ByStructure(input) : ByBytes(input);
        return input;
    }

    private byte[] ByStructure(byte[] input)
    {
        var parts = JsonIn(input);
        if (parts.Count == 0)
            return ByBytes(input);
        if (kind == InputKind.Events && random.Next(6) == 0)
            return ByEvents(input);
        var part = parts[random.Next(parts.Count)];
        var tokens = Tokens(input.AsSpan(part));
        if (tokens.Count == 0)
            return ByBytes(input);
        var token = tokens[random.Next(tokens.Count)];
        var (from, to) = (part.Start.Value + token.From, part.Start.Value + token.To);
        var value = Any(values);
        return random.Next(9) switch
        {
            0 or 1 => Replace(input, from, to, token.IsName ? Any(names) : value),
            // Doubles a member or an element.
            2 => token.IsName && token.End is { } end ? Replace(input, from, from, [.. input[from..(part.Start.Value + end)], (byte)',']) : Replace(input, from, from, [.. input[from..to], (byte)',']),
            // Removes a member or an element.
            3 => Replace(input, from, token.IsName && token.End is { } last ? Past(input, part.Start.Value + last) : Past(input, to), []),
            4 => Replace(input, from, to, token.IsName ? Any(names) : [(byte)'[', .. input[from..to], (byte)']']),
            5 => token.IsName ? Replace(input, from, from, [.. Any(names), (byte)':', .. value, (byte)',']) : Replace(input, from, to, [.. "{"u8, .. Any(names), (byte)':', .. input[from..to], (byte)'}']),
            // Borrows a value from another place or another input.
            6 => Borrow(input, from, to, token.IsName),
            7 => Replace(input, from, to, Repeat(token.IsName ? input[from..to] : input[from..to], token.IsName)),
            _ => token.IsName ? Replace(input, from, to, Any(names)) : Replace(input, from, to, Deep(value)),
        };
    }

    private byte[] ByEvents(byte[] input)
    {
        var events = Encoding.Latin1.GetString(input).Split("\n\n").ToList();
        var at = random.Next(events.Count);
        switch (random.Next(4))
        {
            case 0:
                events.RemoveAt(at);
                break;
            case 1:
                events.Insert(random.Next(events.Count + 1), events[at]);
                break;
            case 2:
                (events[at], events[random.Next(events.Count)]) = (events[random.Next(events.Count)], events[at]);
                break;
            default:
                var others = Encoding.Latin1.GetString(inputs[random.Next(inputs.Count)]).Split("\n\n");
                events.Insert(at, others[random.Next(others.Length)]);
                break;
        }

        return Encoding.Latin1.GetBytes(string.Join("\n\n", events));
    }

    private byte[] ByBytes(byte[] input)
    {
        var at = random.Next(input.Length + 1);
        var length = Math.Min(input.Length - at, 1 << random.Next(7));
        switch (random.Next(7))
        {
            case 0 when at < input.Length:
                var flipped = input.ToArray();
                flipped[at] ^= (byte)(1 << random.Next(8));
                return flipped;
            case 1 when at < input.Length:
                var set = input.ToArray();
                set[at] = (byte)random.Next(256);
                return set;
            case 2:
                return Replace(input, at, at + length, []);
            case 3:
                return Replace(input, at, at, input[at..(at + length)]);
            case 4:
                var other = inputs[random.Next(inputs.Count)];
                var cut = random.Next(other.Length + 1);
                return [.. input[..at], .. other[cut..]];
            case 5 when at < input.Length:
                return input[..at];
            default:
                return Replace(input, at, at + random.Next(2) * length, Encoding.UTF8.GetBytes(Fragments[random.Next(Fragments.Length)]));
        }
    }

    private byte[] Borrow(byte[] input, int from, int to, bool isName)
    {
        var other = inputs[random.Next(inputs.Count)];
        var parts = JsonIn(other);
        if (parts.Count == 0)
            return Replace(input, from, to, Any(isName ? names : values));
        var part = parts[random.Next(parts.Count)];
        var tokens = Tokens(other.AsSpan(part)).Where(token => token.IsName == isName).ToList();
        if (tokens.Count == 0)
            return input;
        var token = tokens[random.Next(tokens.Count)];
        return Replace(input, from, to, other[(part.Start.Value + token.From)..(part.Start.Value + token.To)]);
    }

    private byte[] Repeat(byte[] value, bool isName)
    {
        if (isName)
            return value;
        var times = 1 << random.Next(1, 8);
        using var output = new MemoryStream();
        output.WriteByte((byte)'[');
        for (var time = 0; time < times && output.Length < 16 * 1024; time++)
        {
            if (time > 0)
                output.WriteByte((byte)',');
            output.Write(value);
        }

        output.WriteByte((byte)']');
        return output.ToArray();
    }

    private byte[] Deep(byte[] value)
    {
        var depth = 1 << random.Next(1, 8);
        return [.. Enumerable.Repeat((byte)'[', depth), .. value, .. Enumerable.Repeat((byte)']', depth)];
    }

    private byte[] Any(List<byte[]> from) => from.Count == 0 ? "\"a\""u8.ToArray() : from[random.Next(from.Count)];

    private static byte[] Replace(byte[] input, int from, int to, byte[] by) => [.. input[..from], .. by, .. input[to..]];

    /// <summary>The position after the comma that follows, if there is one.</summary>
    private static int Past(byte[] input, int at)
    {
        while (at < input.Length && input[at] is (byte)' ' or (byte)'\n')
            at++;
        return at < input.Length && input[at] == ',' ? at + 1 : at;
    }

    private void Collect(ReadOnlySpan<byte> json)
    {
        foreach (var token in Tokens(json))
        {
            var (list, text) = (token.IsName ? names : values, json[token.From..token.To].ToArray());
            if (text.Length <= 64 && list.Count < 2000 && !list.Exists(each => each.AsSpan().SequenceEqual(text)))
                list.Add(text);
        }
    }

    /// <summary>The ranges of JSON in an input: all of it, or each event's data.</summary>
    private List<Range> JsonIn(byte[] input)
    {
        if (kind != InputKind.Events)
            return [0..input.Length];
        var found = new List<Range>();
        for (var at = 0; at < input.Length;)
        {
            var end = input.AsSpan(at).IndexOf((byte)'\n') is var length and >= 0 ? at + length : input.Length;
            if (input.AsSpan(at, end - at).StartsWith("data:"u8))
            {
                var from = input.AsSpan(at, end - at).StartsWith("data: "u8) ? at + 6 : at + 5;
                found.Add(from..end);
            }

            at = end + 1;
        }

        return found;
    }

    /// <summary>The values and names of a JSON text, up to the first error.</summary>
    private static List<Token> Tokens(ReadOnlySpan<byte> json)
    {
        var found = new List<Token>();
        var open = new Stack<(int Token, int Name)>();
        var name = -1;
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 1000, AllowMultipleValues = true });
        try
        {
            while (reader.Read())
            {
                var (from, to) = ((int)reader.TokenStartIndex, (int)reader.BytesConsumed);
                switch (reader.TokenType)
                {
                    case JsonTokenType.PropertyName:
                        name = found.Count;
                        // The range includes the quotes but not the colon.
                        found.Add(new Token(from, from + reader.ValueSpan.Length + 2, IsName: true, null));
                        continue;
                    case JsonTokenType.StartObject or JsonTokenType.StartArray:
                        open.Push((found.Count, name));
                        found.Add(new Token(from, to, IsName: false, null));
                        break;
                    case JsonTokenType.EndObject or JsonTokenType.EndArray:
                        var (token, owner) = open.Pop();
                        found[token] = found[token] with { To = to };
                        if (owner >= 0)
                            found[owner] = found[owner] with { End = to };
                        break;
                    default:
                        if (name >= 0)
                            found[name] = found[name] with { End = to };
                        found.Add(new Token(from, to, IsName: false, null));
                        break;
                }

                name = -1;
            }
        }
        catch (JsonException)
        {
            // The tokens before the error are sufficient.
        }

        return [.. found.Where(token => token.To > token.From)];
    }

    /// <param name="From">The start in the text.</param>
    /// <param name="To">The end in the text.</param>
    /// <param name="IsName">Whether it is the name of a member and not a value.</param>
    /// <param name="End">The end of a name's value.</param>
    private readonly record struct Token(int From, int To, bool IsName, int? End);
}
