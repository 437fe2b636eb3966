using System.Text;
using System.Text.Json;
using Dragoman.Gateway.Tests.Conversation;
using FsCheck;
using FsCheck.Fluent;

namespace Dragoman.Gateway.Tests.Dialects.Anthropic.Outbound;

/// <summary>For any legal sequence of events, cut off anywhere, the canonical events keep their promises.</summary>
public sealed class AnthropicStreamPropertyTests
{
    private const string Finish = """{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":9}}""";

    private static readonly Gen<string> Pieces = Generated.Text.Select(text => JsonSerializer.Serialize(text)[1..^1]);

    private static readonly Gen<Block> Blocks = Gen.Frequency(
        (4, Deltas("text_delta", "text").Select(deltas => new Block("\"type\":\"text\",\"text\":\"\"", deltas))),
        (2, from deltas in Deltas("thinking_delta", "thinking")
            from isSigned in Gen.Elements(true, false)
            select new Block("\"type\":\"thinking\",\"thinking\":\"\",\"signature\":\"\"", [.. deltas, .. isSigned ? (string[])["{\"type\":\"signature_delta\",\"signature\":\"c2ln\"}"] : []])),
        (1, Gen.Constant(new Block("\"type\":\"redacted_thinking\",\"data\":\"ZGF0YQ==\"", []))),
        (2, Deltas("input_json_delta", "partial_json").Select(deltas => new Block("\"type\":\"tool_use\",\"id\":\"toolu_1\",\"name\":\"f\",\"input\":{}", deltas))),
        (1, Deltas("text_delta", "text").Select(deltas => new Block("\"type\":\"hosted\",\"input\":{\"a\":[]}", deltas))));

    private static readonly Gen<string[]> Streams =
        from blocks in Blocks.ListOf()
        from pings in Gen.Choose(0, 3)
        from padding in Gen.Elements("", "   ")
        select EventsOf([.. blocks], pings, padding);

    [Fact]
    public void Any_legal_stream_ends_well_however_it_is_cut() => Generated.Check(Streams, 300, events =>
    {
        var bytes = Bytes([.. events, Finish, """{"type":"message_stop"}"""]);
        var whole = AnthropicUpstream.PlayStream(bytes, [bytes.Length]);
        Assert.True(whole.EndedWell);
        var sliced = AnthropicUpstream.PlayStream(bytes, Upstream.RandomSizes(bytes.Length, 40).Take(bytes.Length));
        // Calls with the same id get new random ids.
        ExpectedAnswer.Same(whole.Answer, sliced.Answer, idsToo: false);
    });

    [Fact]
    public void A_stream_that_ends_early_never_ends_well() => Generated.Check(
        from events in Streams
        from kept in Gen.Choose(0, events.Length)
        select events.Take(kept).ToArray(),
        300,
        events => Assert.False(AnthropicUpstream.PlayStream(Bytes(events), [7, 100]).EndedWell));

    [Fact]
    public void Any_order_of_events_keeps_the_promises_of_the_canonical_ones() => Generated.Check(
        from events in Streams
        from order in Gen.Shuffle<string>([.. events, .. events, Finish, """{"type":"message_stop"}"""])
        select order.ToArray(),
        300,
        events => AnthropicUpstream.PlayStream(Bytes(events), [events.Length * 50]));

    private static Gen<string[]> Deltas(string type, string member) =>
        Pieces.Select(piece => $"{{\"type\":\"{type}\",\"{member}\":\"{piece}\"}}").ListOf().Select(list => list.ToArray());

    private static string[] EventsOf(Block[] blocks, int pings, string padding)
    {
        List<string> events = ["""{"type":"message_start","message":{"id":"msg_1","usage":{"input_tokens":3,"output_tokens":1}}}"""];
        for (var index = 0; index < blocks.Length; index++)
        {
            events.Add($"{{\"type\":\"content_block_start\",\"index\":{index},\"content_block\":{{{blocks[index].Start}}}{padding}}}");
            events.AddRange(blocks[index].Deltas.Select(delta => $"{{\"type\":\"content_block_delta\",\"index\":{index},\"delta\":{delta}{padding}}}"));
            events.AddRange(Enumerable.Repeat("""{"type":"ping"}""", pings));
            events.Add($"{{\"type\":\"content_block_stop\",\"index\":{index}{padding}}}");
        }

        return [.. events];
    }

    private static byte[] Bytes(string[] events) => Encoding.UTF8.GetBytes(string.Concat(events.Select(json => $"data: {json}\n\n")));

    private sealed record Block(string Start, string[] Deltas);
}
