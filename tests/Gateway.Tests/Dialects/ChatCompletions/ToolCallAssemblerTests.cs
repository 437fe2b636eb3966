using System.Text;
using Dragoman.Conversation;
using Dragoman.Gateway.Tests.Conversation;
using Dragoman.Wire;
using FsCheck.Fluent;

namespace Dragoman.Gateway.Tests.Dialects.ChatCompletions;

/// <summary>Tool calls are complete and in order, however a server splits and numbers them (specs/dialects.md 3.7, 5.1).</summary>
public sealed class ToolCallAssemblerTests
{
    [Fact]
    public void Several_objects_back_to_back_under_one_index_are_several_calls() => AssertCalls(
        [("c1", "f", """{"a":1}"""), ("*", "f", """{"b":2}"""), ("*", "f", """{"c":"}{"}""")],
        """[{"index":0,"id":"c1","function":{"name":"f","arguments":"{\"a\":1}{\"b\""}}]""",
        """[{"index":0,"function":{"arguments":":2}\n{\"c\":\"}{\"}"}}]""");

    [Fact]
    public void Whole_calls_that_share_an_index_and_have_no_ids_are_told_apart_by_their_names() => AssertCalls(
        [("*", "f", """{"a":1}"""), ("*", "g", """{"b":2}""")],
        """[{"index":0,"function":{"name":"f","arguments":"{\"a\":1}"}}]""",
        """[{"index":0,"function":{"name":"g","arguments":"{\"b\":2}"}}]""");

    [Fact]
    public void Whole_calls_without_indices_are_separate() => AssertCalls(
        [("a", "f", "{}"), ("b", "f", "{}"), ("*", "g", """{"x":1}""")],
        """[{"id":"a","function":{"name":"f","arguments":"{}"}},{"id":"b","function":{"name":"f","arguments":""}}]""",
        """[{"function":{"name":"g","arguments":"{\"x\":1}"}}]""");

    [Fact]
    public void Fragments_without_indices_go_to_the_call_of_their_id() => AssertCalls(
        [("a", "f", """{"x":1}"""), ("b", "g", """{"y":2}""")],
        """[{"id":"a","function":{"name":"f","arguments":"{\"x\""}},{"id":"b","function":{"name":"g","arguments":"{\"y\""}}]""",
        """[{"id":"a","function":{"arguments":":1}"}},{"id":"b","function":{"arguments":":2}"}}]""");

    [Fact]
    public void Empty_and_literal_null_identities_on_continuations_are_absent() => AssertCalls(
        [("a", "f", """{"x":1}""")],
        """[{"index":0,"id":"a","function":{"name":"f","arguments":""}}]""",
        """[{"index":0,"id":"","function":{"name":"","arguments":"{\"x\""}}]""",
        """[{"index":0,"id":"null","function":{"name":null,"arguments":":1}"}}]""");

    [Fact]
    public void Repeated_names_and_ids_are_not_joined() => AssertCalls(
        [("a", "f", """{"x":1}""")],
        """[{"index":0,"id":"a","function":{"name":"f","arguments":"{\"x\""}}]""",
        """[{"index":0,"id":"a","function":{"name":"f","arguments":":1}"}}]""");

    [Fact]
    public void Calls_that_share_an_id_get_ids_of_their_own() => AssertCalls(
        [("call_0", "f", "{}"), ("*", "g", "{}")],
        """[{"index":0,"id":"call_0","function":{"name":"f","arguments":"{}"}},{"index":1,"id":"call_0","function":{"name":"g","arguments":"{}"}}]""");

    [Fact]
    public void Interleaved_calls_keep_their_arguments() => AssertCalls(
        [("a", "f", """{"x":1}"""), ("b", "g", """{"y":2}""")],
        """[{"index":3,"id":"a","function":{"name":"f"}},{"index":7,"id":"b","function":{"name":"g"}}]""",
        """[{"index":7,"function":{"arguments":"{\"y\""}},{"index":3,"function":{"arguments":"{\"x\""}}]""",
        """[{"index":7,"function":{"arguments":":2}"}},{"index":3,"function":{"arguments":":1}"}}]""");

    [Fact]
    public void Arguments_given_as_an_object_keep_their_text() => AssertCalls(
        [("a", "f", """{"n": 1.0, "big": 12345678901234567890123, "s": "\u00e9"}""")],
        """[{"index":0,"id":"a","function":{"name":"f","arguments":{"n": 1.0, "big": 12345678901234567890123, "s": "\u00e9"}}}]""");

    [Fact]
    public void A_call_without_arguments_has_the_empty_object() => AssertCalls(
        [("a", "f", "{}"), ("b", "g", "{}"), ("c", "h", " {}")],
        """[{"index":0,"id":"a","function":{"name":"f"}},{"index":1,"id":"b","function":{"name":"g","arguments":""}}]""",
        """[{"index":2,"id":"c","function":{"name":"h","arguments":" "}}]""");

    [Fact]
    public void A_call_without_a_name_is_a_failure()
    {
        var events = Play("stop", """[{"index":0,"id":"a","function":{"arguments":"{}"}}]""");
        Assert.Equal(ErrorKind.UpstreamFailed, events.Error!.Kind);
    }

    [Fact]
    public void Calls_turn_a_plain_stop_into_tool_calls_but_leave_a_limit()
    {
        Assert.Equal(StopReason.ToolCalls, Play("stop", """[{"index":0,"id":"a","function":{"name":"f"}}]""").Answer.Choices[0].StopReason);
        Assert.Equal(StopReason.Length, Play("length", """[{"index":0,"id":"a","function":{"name":"f"}}]""").Answer.Choices[0].StopReason);
    }

    [Fact]
    public void Any_split_and_merge_of_the_same_deltas_yields_the_same_calls()
    {
        var calls = Gen.NonEmptyListOf(from name in Gen.Elements("f", "get_weather", "g") from text in Generated.WellFormedText select (Name: name, Text: text));
        var cases =
            from list in calls
            from seed in Gen.Choose(0, int.MaxValue)
            from hasIndex in Gen.Elements(true, false)
            from hasIds in Gen.Elements(true, false)
            from interleaves in Gen.Elements(true, false)
            from first in Gen.Choose(0, 2)
            where hasIndex || hasIds || !interleaves
            select (list, seed, hasIndex, hasIds, interleaves: interleaves && (hasIndex || hasIds), first);
        Generated.Check(cases, 600, item =>
        {
            var random = new Random(item.seed);
            var wanted = item.list.Take(5).Select((call, place) => (Id: item.hasIds ? $"call_{place}" : "*", call.Name, Arguments: ArgumentsOf(call.Text))).ToList();
            var queues = wanted.Select((call, place) => new Queue<string>(Deltas(call, item.hasIndex ? place + item.first : null, item.hasIds, item.interleaves, random))).ToList();
            var deltas = new List<string>();
            // The calls open in order. When they interleave, any of them continues.
            if (item.interleaves)
                deltas.AddRange(queues.Select(queue => queue.Dequeue()));
            while (queues.Exists(queue => queue.Count > 0))
            {
                var open = queues.FindAll(queue => queue.Count > 0);
                deltas.Add(open[item.interleaves ? random.Next(open.Count) : 0].Dequeue());
            }

            AssertCalls([.. wanted], [.. Merge(deltas, random)]);
        });
    }

    private static string ArgumentsOf(string text) => $$"""{"text":"{{Encoding.UTF8.GetString(JsonText.Escape(text))}}","list":[{},{"a":1}]}""";

    /// <summary>Splits one call into deltas. The first one has its name.</summary>
    private static IEnumerable<string> Deltas((string Id, string Name, string Arguments) call, int? index, bool hasId, bool repeatsId, Random random)
    {
        var identity = $"{(index is null ? "" : $"\"index\":{index},")}{(hasId ? $"\"id\":\"{call.Id}\"," : "")}";
        var from = index is not null || hasId ? 0 : Math.Min(call.Arguments.Length, 1 + random.Next(0, 6));
        yield return $$$"""{{{{identity}}}"type":"function","function":{"name":"{{{call.Name}}}","arguments":"{{{Spell(call.Arguments[..from])}}}"}}""";
        var continuation = repeatsId || (hasId && index is null)
            ? identity
            : $"{(index is null ? "" : $"\"index\":{index},")}{(string[])["", "\"id\":\"\",", "\"id\":null,", "\"id\":\"null\","] switch { var ways => ways[random.Next(ways.Length)] }}";
        while (from < call.Arguments.Length)
        {
            var length = Math.Min(random.Next(0, 12), call.Arguments.Length - from);
            yield return $$$"""{{{{continuation}}}"function":{"arguments":"{{{Spell(call.Arguments.Substring(from, length))}}}"}}""";
            from += length;
        }
    }

    private static string Spell(string text) =>
        string.Concat(text.Select(unit => unit is < ' ' or '"' or '\\' || char.IsSurrogate(unit) ? $"\\u{(int)unit:x4}" : unit.ToString()));

    private static IEnumerable<string> Merge(List<string> deltas, Random random)
    {
        for (var from = 0; from < deltas.Count;)
        {
            var count = Math.Min(random.Next(1, 4), deltas.Count - from);
            yield return $"[{string.Join(',', deltas.GetRange(from, count))}]";
            from += count;
        }
    }

    private static void AssertCalls((string Id, string Name, string Arguments)[] expected, params string[] deltas)
    {
        var events = Play("tool_calls", deltas);
        Assert.Null(events.Error);
        var choice = events.Answer.Choices[0];
        Assert.Equal(StopReason.ToolCalls, choice.StopReason);
        Assert.Equal(expected.Select(call => (call.Name, call.Arguments.Trim())), choice.ToolCalls.Select(call => (call.Name, call.Arguments.ToString().Trim())));
        foreach (var (wanted, call) in expected.Zip(choice.ToolCalls))
            Assert.True(wanted.Id == "*" || wanted.Id == call.Id, $"{call.Id} instead of {wanted.Id}");
        Assert.Equal(choice.ToolCalls.Count, choice.ToolCalls.DistinctBy(call => call.Id).Count());
    }

    private static CheckedEvents Play(string finish, params string[] deltas) => Upstream.PlayText(
        string.Concat(deltas.Select(delta => $$$"""data: {"choices":[{"index":0,"delta":{"tool_calls":{{{delta}}}}}]}""" + "\n\n"))
        + $$$"""data: {"choices":[{"index":0,"delta":{},"finish_reason":"{{{finish}}}"}]}""" + "\n\ndata: [DONE]\n\n");
}
