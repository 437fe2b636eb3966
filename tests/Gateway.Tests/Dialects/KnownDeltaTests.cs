using System.Text;
using Dragoman.Conversation;
using Dragoman.Dialects;
using Dragoman.Dialects.Anthropic.Outbound;
using Dragoman.Dialects.Gemini.Outbound;
using Dragoman.Dialects.OpenAIResponses.Outbound;
using Dragoman.Gateway.Tests.Conversation;
using Dragoman.Wire;
using FsCheck;
using FsCheck.Fluent;

namespace Dragoman.Gateway.Tests.Dialects;

/// <summary>
/// Events that a reader recognizes by their learned form raise exactly what parsing their JSON raises. The stream is
/// compared with itself with a growing number of spaces after each event's first brace, which no learned form matches.
/// </summary>
public sealed class KnownDeltaTests
{
    private static readonly int Streams = Generated.Cases(2000);

    /// <summary>Contents of JSON strings, most of them valid.</summary>
    private static readonly Gen<string> Words = Gen
        .Frequency(
            (12, Gen.Elements(" the", "x", "42", " Déjà", "👋", "{}", "[1]", ":", ",")),
            (4, Gen.Elements("\\n", "\\\"", "\\\\", "\\/", "\\u00e9", "\\ud83d\\ude00")),
            (2, Gen.Elements("\\ud83d", "\\ude00", "\\uD83D\\uD83D", "\\ufffd")),
            (1, Gen.Elements("\\x", "\\u12", "\t", "\\")))
        .ListOf(3)
        .Select(string.Concat);

    private static readonly Gen<string> Counts = Gen.Frequency(
        (8, Gen.Choose(0, 12000).Select(count => $"{count}")),
        (1, Gen.Elements("0", "999999999999999999", "1000000000000000000", "9223372036854775807", "01", "1.0", "1e2", "-3", "null", "\"7\"")));

    private static readonly Gen<string> Padding = Gen.Elements("", "a", "Xy9", "abcdefghijkl", "\\n", "é");

    private static readonly Gen<byte> Damage = Gen.Elements<byte>((byte)'"', (byte)'\\', (byte)'{', (byte)'}', (byte)'[', (byte)']', (byte)',', (byte)':', (byte)'0', (byte)'9', (byte)' ', (byte)'a', 0xC3, 0xFF);

    [Fact]
    public void Chat_completions() => Check(() => Upstream.Reader(2), [], [
        "{'id':'c','created':1,'choices':[{'index':0,'delta':{'content':'W'},'finish_reason':null}]}",
        "{'id':'c','created':1,'choices':[{'index':0,'delta':{'content':'W'},'finish_reason':null}],'p':'P'}",
        "{'id':'c','obfuscation':'P','choices':[{'index':0,'delta':{'content':'W'},'finish_reason':null}],'usage':null}",
        "{'id':'c','choices':[{'delta':{'content':'W'},'index':1}]}",
        "{'id':'c','choices':[{'index':0,'delta':{'content':'W','reasoning_content':null}}]}",
        "{'id':'c','choices':[{'index':0,'delta':{'reasoning_content':'W','content':null}}]}",
        "{'id':'c','choices':[{'index':0,'delta':{'reasoning_content':'W','content':'W'}}]}",
        "{'id':'c','choices':[{'index':0,'delta':{'refusal':'W'}}]}",
        "{'id':'c','choices':[{'index':0,'delta':{'content':[{'type':'thinking','thinking':[{'type':'text','text':'W'}]}]}}],'p':'P'}",
        "{'id':'c','choices':[{'index':0,'delta':{'content':[{'type':'thinking','thinking':'W'},{'type':'text','text':'W'}]}}]}",
        "{'id':'c','choices':[{'index':0,'delta':{'content':[{'type':'text','text':'W'}]}}]}",
        "{'id':'c','choices':[{'index':0,'text':'W','logprobs':null}]}",
        "{'id':'c','choices':[{'index':0,'delta':{'content':'W'},'logprobs':{'content':[{'token':'t'}]}}]}",
        "{'id':'c','choices':[{'index':0,'delta':{'tool_calls':[{'index':0,'id':'call_a','function':{'name':'f','arguments':'W'}}]}}]}",
        "{'id':'c','choices':[{'index':0,'delta':{'tool_calls':[{'index':0,'function':{'arguments':'W'}}]}}]}",
        "{'id':'c','choices':[{'index':0,'delta':{'tool_calls':[{'index':1,'id':'call_b','function':{'name':'g','arguments':'{\\\"a\\\":'}}]}}]}",
        "{'id':'c','choices':[{'index':0,'delta':{'tool_calls':[{'function':{'arguments':'W'}}]}}]}",
        "{'id':'c','choices':[{'index':0,'delta':{'tool_calls':[{'index':0,'function':{'arguments':'W'}},{'index':1,'function':{'arguments':'W'}}]}}]}",
        "{'id':'c','choices':[{'index':0,'delta':{'content':'W'}}],'usage':{'prompt_tokens':N,'completion_tokens':N}}",
        "{'id':'c','choices':[{'index':0,'delta':{},'finish_reason':'tool_calls'}]}",
        "{'id':'c','choices':[{'index':1,'delta':{'content':'W'},'finish_reason':'stop'}]}",
    ]);

    [Fact]
    public void Anthropic() => Check(() => new AnthropicAnswerReader("m"), [
        "{'type':'message_start','message':{'id':'msg_1','usage':{'input_tokens':3,'output_tokens':1}}}",
    ], [
        "{'type':'content_block_start','index':0,'content_block':{'type':'text','text':''}}",
        "{'type':'content_block_start','index':1,'content_block':{'type':'thinking','thinking':'','signature':''}}",
        "{'type':'content_block_start','index':2,'content_block':{'type':'tool_use','id':'toolu_1','name':'f','input':{}}}",
        "{'type':'content_block_delta','index':0,'delta':{'type':'text_delta','text':'W'}}",
        "{'type':'content_block_delta','index':0,'delta':{'type':'text_delta','text':'W'}  }",
        "{'type':'content_block_delta','index':0,'delta':{'text':'W','type':'text_delta'}}",
        "{'index':0,'delta':{'type':'text_delta','text':'W'}}",
        "{'type':'content_block_delta','index':1,'delta':{'type':'thinking_delta','thinking':'W'}}",
        "{'type':'content_block_delta','index':1,'delta':{'type':'signature_delta','signature':'P'}}",
        "{'type':'content_block_delta','index':2,'delta':{'type':'input_json_delta','partial_json':'W'}}",
        "{'type':'content_block_delta','index':N,'delta':{'type':'text_delta','text':'W'}}",
        "{'type':'ping'}",
        "{'type':'content_block_stop','index':0}",
        "{'type':'content_block_stop','index':2}",
        "{'type':'message_delta','delta':{'stop_reason':'end_turn'},'usage':{'output_tokens':N}}",
    ]);

    [Fact]
    public void Gemini() => Check(() => new GeminiAnswerReader("m"), [], [
        "{'candidates':[{'content':{'parts':[{'text':'W'}],'role':'model'},'index':0}],'usageMetadata':{'promptTokenCount':N,'candidatesTokenCount':N,'totalTokenCount':N},'responseId':'r'}",
        "{'candidates':[{'content':{'parts':[{'text':'W'}]}}],'usageMetadata':{'candidatesTokenCount':N,'promptTokensDetails':[{'modality':'TEXT','tokenCount':N}],'thoughtsTokenCount':N,'cachedContentTokenCount':N}}",
        "{'usageMetadata':{'toolUsePromptTokenCount':N,'candidatesTokenCount':N,'candidatesTokenCount':N},'candidates':[{'index':0,'content':{'role':'model','parts':[{'text':'W'}]}}]}",
        "{'usageMetadata':{'cachedContentTokenCount':N,'trafficType':'ON_DEMAND'},'candidates':[{'content':{'parts':[{'text':'W'}]}}]}",
        "{'usageMetadata':{'cachedContentTokenCount':N},'candidates':[{'content':{'parts':[{'text':'W'}]}}],'usageMetadata':{'promptTokenCount':N}}",
        "{'candidates':[{'content':{'parts':[{'text':'W','thought':true}]}}],'usageMetadata':{'thoughtsTokenCount':N}}",
        "{'candidates':[{'content':{'parts':[{'thought':true,'text':'W'},{'text':'W'}]}}],'usageMetadata':{'promptTokenCount':N}}",
        "{'candidates':[{'content':{'parts':[{'text':'W','thoughtSignature':'c2ln'}]}}]}",
        "{'candidates':[{'content':{'parts':[{'text':'W'}]},'index':1}],'usageMetadata':{'promptTokenCount':N}}",
        "{'candidates':[{'content':{'parts':[{'text':'W'}]},'index':N}]}",
        "{'candidates':[{'content':{'parts':[{'functionCall':{'name':'f','id':'ID','args':{}}}]}}],'usageMetadata':{'promptTokenCount':N}}",
        "{'candidates':[{'content':{'parts':[{'text':'W'}]},'finishReason':'STOP'}],'usageMetadata':{'promptTokenCount':N}}",
        "{'candidates':[{'content':{'parts':[{'text':'W'}]}}],'promptFeedback':{'blockReason':'P'}}",
        "[{'candidates':[{'content':{'parts':[{'text':'W'}]}}],'usageMetadata':{'promptTokenCount':N}}]",
    ]);

    [Fact]
    public void Responses() => Check(() => new OpenAIResponsesOutbound().OpenAnswer(new ChatRequest { Model = "m" }, "m"), [
        "{'type':'response.created','sequence_number':0,'response':{'id':'resp_1'}}",
    ], [
        "{'type':'response.output_item.added','sequence_number':N,'output_index':0,'item':{'id':'i','type':'message','content':[]}}",
        "{'type':'response.output_item.added','sequence_number':N,'output_index':1,'item':{'id':'i','type':'function_call','call_id':'call_1','name':'f'}}",
        "{'type':'response.output_item.added','sequence_number':N,'output_index':2,'item':{'id':'i','type':'reasoning','summary':[]}}",
        "{'type':'response.output_item.added','sequence_number':N,'output_index':3,'item':{'id':'i','type':'custom_tool_call','call_id':'call_2','name':'g'}}",
        "{'type':'response.output_text.delta','sequence_number':N,'item_id':'P','output_index':0,'content_index':0,'delta':'W','logprobs':[]}",
        "{'type':'response.output_text.delta','sequence_number':N,'item_id':'i','output_index':0,'content_index':0,'delta':'W','logprobs':[],'obfuscation':'P'}",
        "{'delta':'W','output_index':0,'type':'response.output_text.delta','sequence_number':N}",
        "{'output_index':0,'delta':'W','sequence_number':N}",
        "{'type':'response.output_text.delta','output_index':N,'delta':'W','sequence_number':N}",
        "{'type':'response.output_text.delta','output_index':0,'delta':'W','logprobs':[{'token':'t'}]}",
        "{'type':'response.refusal.delta','sequence_number':N,'output_index':0,'delta':'W'}",
        "{'type':'response.function_call_arguments.delta','sequence_number':N,'output_index':1,'delta':'W'}",
        "{'type':'response.custom_tool_call_input.delta','sequence_number':N,'output_index':3,'delta':'W'}",
        "{'type':'response.reasoning_summary_text.delta','sequence_number':N,'output_index':2,'summary_index':0,'delta':'W'}",
        "{'type':'response.reasoning_summary_text.delta','sequence_number':N,'output_index':2,'summary_index':1,'delta':'W'}",
        "{'type':'response.output_item.done','sequence_number':N,'output_index':1,'item':{'id':'i','type':'function_call','call_id':'call_1','name':'f','arguments':'{}'}}",
        "{'type':'response.output_item.done','sequence_number':N,'output_index':0,'item':{'id':'i','type':'message','content':[{'type':'output_text','text':'W'}]}}",
        "{'type':'response.completed','sequence_number':N,'response':{'id':'resp_1','status':'completed','output':[],'usage':{'input_tokens':N,'output_tokens':N}}}",
    ]);

    /// <param name="open">Creates a reader.</param>
    /// <param name="beginning">The events that every stream begins with.</param>
    /// <param name="shapes">Events with <c>'</c> for <c>"</c>. W stands for words, N for a number, P for padding, ID for a unique id.</param>
    private static void Check(Func<IAnswerReader> open, string[] beginning, string[] shapes)
    {
        var streams =
            from runs in Runs(shapes).ListOf(6)
            from cut in Gen.Choose(1, 400)
            select (Events: (byte[][])[.. beginning.Select(shape => Encoding.UTF8.GetBytes(shape.Replace('\'', '"'))), .. runs.SelectMany(run => run)], Cut: cut);
        Generated.Check(streams, Streams, stream =>
        {
            var inFull = Raised(open(), [.. stream.Events.Select(Spaced)], int.MaxValue);
            Assert.Equal(inFull, Raised(open(), stream.Events, int.MaxValue));
            Assert.Equal(inFull, Raised(open(), stream.Events, stream.Cut));
        });
    }

    /// <summary>Some events of one form, a few of them damaged.</summary>
    private static Gen<byte[][]> Runs(string[] shapes) =>
        from shape in Gen.Elements(shapes)
        from events in Event(shape).ListOf(5)
        from count in Gen.Choose(1, 5)
        select events.Take(count).ToArray();

    private static Gen<byte[]> Event(string shape) =>
        from words in Words.Two()
        from counts in Counts.Four()
        from padding in Padding
        from id in Gen.Choose(0, int.MaxValue)
        from damage in Damage
        from place in Gen.Choose(0, 4000)
        from way in Gen.Frequency((40, Gen.Constant(0)), (1, Gen.Choose(1, 3)))
        select Damaged(Filled(shape, [words.Item1, words.Item2], [counts.Item1, counts.Item2, counts.Item3, counts.Item4], padding, id), way, place, damage);

    private static byte[] Filled(string shape, string[] words, string[] counts, string padding, int id)
    {
        var json = new StringBuilder();
        var (word, count) = (0, 0);
        foreach (var letter in shape.Replace("'ID'", $"'call_{id}'", StringComparison.Ordinal).Replace('\'', '"'))
        {
            json.Append(letter switch
            {
                'W' => words[word++ % words.Length],
                'N' when json[^1] == ':' => counts[count++ % counts.Length],
                'P' when json[^1] == '"' => padding,
                _ => letter.ToString(),
            });
        }

        return Encoding.UTF8.GetBytes(json.ToString());
    }

    private static byte[] Damaged(byte[] json, int way, int place, byte damage)
    {
        place %= json.Length;
        return way switch
        {
            1 => [.. json[..place], .. json[(place + 1)..]],
            2 => [.. json[..place], damage, .. json[place..]],
            3 => [.. json[..place], damage, .. json[(place + 1)..]],
            _ => json,
        };
    }

    private static byte[] Spaced(byte[] json, int index)
    {
        var brace = json.AsSpan().IndexOf((byte)'{') + 1;
        return [.. json[..brace], .. Enumerable.Repeat((byte)' ', index + 1), .. json[brace..]];
    }

    private static IReadOnlyList<string> Raised(IAnswerReader reader, byte[][] events, int cut)
    {
        var raised = new RecordedEvents();
        using var framing = new SseReader();
        ReadOnlySpan<byte> bytes = (byte[])[.. events.SelectMany(json => (byte[])[.. "event: response.output_text.delta\ndata: "u8, .. json, .. "\n\n"u8])];
        while (!bytes.IsEmpty)
        {
            bytes = Upstream.Feed(framing, bytes, cut);
            while (framing.TryRead(out var name, out var data))
                reader.ReadEvent(name, data, raised);
        }

        reader.Complete(raised);
        return raised.All;
    }
}
