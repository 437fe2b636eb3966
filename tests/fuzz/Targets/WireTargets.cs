using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Dragoman.Gateway.Tests.Conversation;
using Dragoman.Wire;

namespace Dragoman.Fuzz;

/// <summary>Framing and slices of JSON: the result does not depend on how bytes are split, and only the intended value is changed.</summary>
internal static class WireTargets
{
    private static readonly byte[][] Names = ["model"u8.ToArray(), "stream"u8.ToArray(), "a"u8.ToArray(), "\ufffd"u8.ToArray()];

    public static readonly IReadOnlyList<FuzzTarget> All =
    [
        new("framing", InputKind.Bytes, Frame),
        new("splice", InputKind.Json, Splice),
        new("text", InputKind.Bytes, Text),
    ];

    private static void Frame(byte[] bytes)
    {
        var (events, lines) = (Events(bytes, [bytes.Length]), Lines(bytes, [bytes.Length]));
        foreach (var sizes in (IEnumerable<int>[])[Enumerable.Repeat(1, bytes.Length), Upstream.RandomSizes(bytes.Length, 5).Take(bytes.Length), Upstream.RandomSizes(bytes.Length, 90).Take(bytes.Length)])
        {
            var cut = sizes.ToList();
            Assert.Equal(events, Events(bytes, cut));
            Assert.Equal(lines, Lines(bytes, cut));
        }
    }

    private static List<string> Events(ReadOnlySpan<byte> bytes, IEnumerable<int> sizes)
    {
        var found = new List<string>();
        using var reader = new SseReader();
        foreach (var size in sizes.Append(bytes.Length))
        {
            bytes = Upstream.Feed(reader, bytes, size);
            while (reader.TryRead(out var name, out var data))
                Add(name, data);
        }

        while (reader.TryReadLast(out var name, out var data))
            Add(name, data);
        return found;

        void Add(ReadOnlySpan<byte> name, ReadOnlySpan<byte> data)
        {
            Assert.False(data.IsEmpty, "an event without data");
            found.Add($"{Encoding.Latin1.GetString(name)}|{Encoding.Latin1.GetString(data)}");
        }
    }

    private static List<string> Lines(ReadOnlySpan<byte> bytes, IEnumerable<int> sizes)
    {
        var found = new List<string>();
        var reader = new LineReader();
        foreach (var size in sizes.Append(bytes.Length))
        {
            var length = Math.Min(size, bytes.Length);
            reader.Append(bytes[..length]);
            bytes = bytes[length..];
            while (reader.TryRead(out var line))
                found.Add(Encoding.Latin1.GetString(line));
        }

        if (reader.TryReadLast(out var last))
            found.Add(Encoding.Latin1.GetString(last));
        return found;
    }

    private static void Splice(byte[] bytes)
    {
        // Callers have already parsed the text, and only pass objects.
        if (!Utf8.IsValid(bytes) || Parse(bytes) is not { RootElement.ValueKind: JsonValueKind.Object } document)
        {
            if (Utf8.IsValid(bytes))
                Assert.Null(JsonMembers.TryRead(bytes));
            return;
        }

        using (document)
        {
            var members = JsonMembers.TryRead(bytes);
            Assert.NotNull(members);
            var parsed = JsonMembers.Of(document.RootElement, bytes);
            var all = document.RootElement.EnumerateObject().Select(member => (Name: JsonText.ReadString(NameOf(member)), member.Value)).ToList();
            foreach (var wanted in Names)
            {
                var name = Encoding.UTF8.GetString(wanted);
                var last = all.LastOrDefault(member => member.Name == name).Value;
                var found = JsonSplice.Find(bytes, wanted);
                Assert.Equal(last.ValueKind == JsonValueKind.Undefined ? "" : last.GetRawText(), Encoding.UTF8.GetString(found));
                var other = members.Find(name);
                Assert.Equal(last.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null ? "" : last.GetRawText(), Encoding.UTF8.GetString(other.Span));
                Assert.Equal(other.ToArray(), parsed.Find(wanted).ToArray());
                Assert.Equal(last.ValueKind != JsonValueKind.Undefined, parsed.Has(wanted));

                var replaced = new ArrayBufferWriter<byte>();
                JsonSplice.Replace(bytes, wanted, "\"new\""u8, replaced);
                // The last of several members with the same name counts, and the others are removed.
                var lastOne = all.FindLastIndex(member => member.Name == name);
                AssertSame(replaced.WrittenMemory, all.Select((member, index) => (member.Name, index == lastOne ? "\"new\"" : member.Name == name ? "null" : member.Value.GetRawText())));
                var edited = new EditedJson(parsed);
                Assert.Equal(lastOne >= 0, edited.Set(wanted, "\"new\""u8.ToArray()));
                Assert.Equal(Encoding.UTF8.GetString(replaced.WrittenSpan).Trim(), Encoding.UTF8.GetString(edited.Written.Span));
                var learned = new JsonMemberReplacement(wanted, "\"new\""u8.ToArray());
                // The learned position replaces the first of two members with the same name. Providers never send two.
                for (var time = 0; time < 2 && all.Count(member => member.Name == name) < 2; time++)
                {
                    var again = new ArrayBufferWriter<byte>();
                    learned.Write(bytes, again);
                    Assert.Equal(Encoding.UTF8.GetString(replaced.WrittenSpan), Encoding.UTF8.GetString(again.WrittenSpan).TrimEnd(' ', '\n', '\r', '\t'));
                }

                var without = new ArrayBufferWriter<byte>();
                members.Write([name], "\"new\":1"u8, without);
                AssertSame(without.WrittenMemory, all.Where(member => member.Name != name).Select(member => (member.Name, member.Value.GetRawText())).Prepend(("new", "1")));
            }

            var inserted = new EditedJson(parsed);
            inserted.Add("\"new\":1"u8);
            AssertSame(inserted.Written, all.Select(member => (member.Name, member.Value.GetRawText())).Prepend(("new", "1")));
        }
    }

    /// <summary>The raw name. The framework's own property throws on a lone surrogate.</summary>
    private static ReadOnlySpan<byte> NameOf(JsonProperty member)
    {
        var text = Encoding.UTF8.GetBytes(member.ToString());
        // The framework gives no raw name, so the code searches for the closing quote.
        var end = 1;
        while (text[end] != '"')
            end += text[end] == '\\' ? 2 : 1;
        return text.AsSpan(1, end - 1);
    }

    private static void AssertSame(ReadOnlyMemory<byte> json, IEnumerable<(string Name, string Raw)> expected)
    {
        using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 100 });
        Assert.Equal(expected, document.RootElement.EnumerateObject().Select(member => (JsonText.ReadString(NameOf(member)), member.Value.GetRawText())));
    }

    private static void Text(byte[] bytes)
    {
        var text = Encoding.UTF8.GetString(bytes);
        var escaped = JsonText.Escape(text);
        Assert.Equal(text, JsonText.ReadString(escaped));
        var plain = new ArrayBufferWriter<byte>(1);
        JsonText.Unescape(escaped, plain);
        Assert.Equal(text, Encoding.UTF8.GetString(plain.WrittenSpan));

        var grown = new EscapedText();
        foreach (var part in escaped.Chunk(7))
            grown.Append(part);
        Assert.Equal(text, grown.ToString());
        grown.Release();

        // The bytes themselves as the content of a string, if they are valid there.
        if (!Utf8.IsValid(bytes) || Parse([(byte)'"', .. bytes, (byte)'"']) is not { } document)
            return;
        using (document)
        {
            var read = JsonText.ReadString(bytes);
            Assert.Equal(read, Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(read)));
            var whole = JsonText.ReplaceLoneSurrogates([(byte)'"', .. bytes, (byte)'"']).ToArray();
            using var strict = JsonDocument.Parse(whole);
            Assert.NotNull(strict.RootElement.GetString());
            JsonText.EndsInHighSurrogate(bytes);
        }
    }

    private static JsonDocument? Parse(byte[] bytes)
    {
        try
        {
            return JsonDocument.Parse(bytes);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
