namespace Dragoman.Streams;

/// <summary>The streams of each provider's dialect (specs/dialects.md 1).</summary>
internal static class WireStreams
{
    public static WireStream OfChatCompletions(DeltaKind kind)
    {
        return new WireStream(
            [
                Chunk("""{"role":"assistant","content":""}""", "null"),
                .. kind == DeltaKind.Arguments ? [Chunk("""{"tool_calls":[{"index":0,"id":"call_1","type":"function","function":{"name":"weather","arguments":"{\"city\":\""}}]}""", "null")] : (string[])[],
            ],
            (word, _) => Chunk(
                kind switch
                {
                    DeltaKind.Reasoning => $$"""{"reasoning_content":"{{word}}"}""",
                    DeltaKind.Arguments => $$$"""{"tool_calls":[{"index":0,"function":{"arguments":"{{{InJson(word)}}}"}}]}""",
                    _ => $$"""{"content":"{{word}}"}""",
                },
                "null"),
            tokens =>
            [
                .. kind == DeltaKind.Arguments ? [Chunk("""{"tool_calls":[{"index":0,"function":{"arguments":"\"}"}}]}""", "null")] : (string[])[],
                Chunk("{}", kind == DeltaKind.Arguments ? "\"tool_calls\"" : "\"stop\""),
                $$$"""{"id":"chatcmpl-1","object":"chat.completion.chunk","created":1795168800,"model":"upstream","choices":[],"usage":{{{Usage(tokens)}}}}""",
                "[DONE]",
            ]);

        static string Chunk(string delta, string finishReason) =>
            $$$"""{"id":"chatcmpl-1","object":"chat.completion.chunk","created":1795168800,"model":"upstream","choices":[{"index":0,"delta":{{{delta}}},"finish_reason":{{{finishReason}}}}]}""";
    }

    public static WireStream OfTextCompletions()
    {
        return new WireStream([Chunk("", "null")], (word, _) => Chunk(word, "null"), _ => [Chunk("", "\"stop\""), "[DONE]"]);

        static string Chunk(string text, string finishReason) =>
            $$"""{"id":"cmpl-1","object":"text_completion","created":1795168800,"model":"upstream","choices":[{"text":"{{text}}","index":0,"logprobs":null,"finish_reason":{{finishReason}}}]}""";
    }

    /// <summary>Mistral pads its events and sends thinking as parts of the content.</summary>
    public static WireStream OfMistral(DeltaKind kind)
    {
        return new WireStream(
            [
                Chunk("""{"role":"assistant","content":""}""", "null", ""),
                .. kind == DeltaKind.Arguments ? [Chunk("""{"tool_calls":[{"index":0,"id":"call00001","function":{"name":"weather","arguments":"{\"city\":\""}}]}""", "null", "")] : (string[])[],
            ],
            (word, place) => Chunk(
                kind switch
                {
                    DeltaKind.Reasoning => $$"""{"content":[{"type":"thinking","thinking":[{"type":"text","text":"{{word}}"}]}]}""",
                    DeltaKind.Arguments => $$$"""{"tool_calls":[{"index":0,"function":{"arguments":"{{{InJson(word)}}}"}}]}""",
                    _ => $$"""{"content":"{{word}}"}""",
                },
                "null",
                $$""","p":"{{"abcdefghijklmnop"[..(place % 16)]}}" """.TrimEnd()),
            tokens =>
            [
                .. kind == DeltaKind.Arguments ? [Chunk("""{"tool_calls":[{"index":0,"function":{"arguments":"\"}"}}]}""", "null", "")] : (string[])[],
                Chunk("""{"content":""}""", kind == DeltaKind.Arguments ? "\"tool_calls\"" : "\"stop\"", $$""","usage":{{Usage(tokens)}}"""),
                "[DONE]",
            ]);

        static string Chunk(string delta, string finishReason, string more) =>
            $$$"""{"id":"m1","object":"chat.completion.chunk","created":1795168800,"model":"upstream","choices":[{"index":0,"delta":{{{delta}}},"finish_reason":{{{finishReason}}}}]{{{more}}}}""";
    }

    public static WireStream OfAnthropic(DeltaKind kind) => new(
        [
            """{"type":"message_start","message":{"model":"upstream","id":"msg_1","type":"message","role":"assistant","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":9,"output_tokens":1}}}""",
            kind switch
            {
                DeltaKind.Reasoning => """{"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}""",
                DeltaKind.Arguments => """{"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"toolu_1","name":"weather","input":{}}}""",
                _ => """{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}""",
            },
            .. kind == DeltaKind.Arguments ? ["""{"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":"{\"city\":\""}}"""] : (string[])[],
        ],
        (word, _) => kind switch
        {
            DeltaKind.Reasoning => $$$"""{"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"{{{word}}}"}}""",
            DeltaKind.Arguments => $$$"""{"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":"{{{InJson(word)}}}"}}""",
            _ => $$$"""{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"{{{word}}}"}}""",
        },
        tokens =>
        [
            .. kind == DeltaKind.Arguments ? ["""{"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":"\"}"}}"""] : (string[])[],
            """{"type":"content_block_stop","index":0}""",
            $$$"""{"type":"message_delta","delta":{"stop_reason":"{{{(kind == DeltaKind.Arguments ? "tool_use" : "end_turn")}}}","stop_sequence":null},"usage":{"input_tokens":9,"output_tokens":{{{tokens}}}}}""",
            """{"type":"message_stop"}""",
        ])
    {
        HasNames = true,
    };

    /// <summary>Gemini sends counts in every event. Its calls are complete.</summary>
    public static WireStream OfGemini(DeltaKind kind)
    {
        var thought = kind == DeltaKind.Reasoning ? ",\"thought\":true" : "";
        return new WireStream(
            [Chunk($$"""{"text":"A"{{thought}}}""", "", 1)],
            (word, place) => Chunk($$"""{"text":"{{word}}"{{thought}}}""", "", place + 2),
            tokens => [Chunk("""{"text":""}""", ",\"finishReason\":\"STOP\"", tokens)]);

        static string Chunk(string part, string finishReason, int tokens) =>
            $$$"""{"candidates":[{"content":{"parts":[{{{part}}}],"role":"model"}{{{finishReason}}},"index":0}],"usageMetadata":{"promptTokenCount":9,"candidatesTokenCount":{{{tokens}}},"totalTokenCount":{{{tokens + 9}}}},"modelVersion":"upstream","responseId":"r1"}""";
    }

    /// <summary>Responses numbers its events and repeats everything at the end.</summary>
    public static WireStream OfResponses(DeltaKind kind)
    {
        const string Started = """{"id":"resp_1","object":"response","created_at":1795168800,"status":"in_progress","model":"upstream","output":[],"usage":null}""";
        return new WireStream(
            [
                $$$"""{"type":"response.created","sequence_number":0,"response":{{{Started}}}}""",
                $$$"""{"type":"response.output_item.added","sequence_number":1,"output_index":0,"item":{{{Item("in_progress", "")}}}}""",
                kind switch
                {
                    DeltaKind.Reasoning => """{"type":"response.reasoning_summary_part.added","sequence_number":2,"item_id":"item_1","output_index":0,"summary_index":0,"part":{"type":"summary_text","text":""}}""",
                    DeltaKind.Arguments => """{"type":"response.function_call_arguments.delta","sequence_number":2,"item_id":"item_1","output_index":0,"delta":"{\"city\":\""}""",
                    _ => """{"type":"response.content_part.added","sequence_number":2,"item_id":"item_1","output_index":0,"content_index":0,"part":{"type":"output_text","annotations":[],"logprobs":[],"text":""}}""",
                },
            ],
            (word, place) => kind switch
            {
                DeltaKind.Reasoning => $$$"""{"type":"response.reasoning_summary_text.delta","sequence_number":{{{place + 3}}},"item_id":"item_1","output_index":0,"summary_index":0,"delta":"{{{word}}}"}""",
                DeltaKind.Arguments => $$$"""{"type":"response.function_call_arguments.delta","sequence_number":{{{place + 3}}},"item_id":"item_1","output_index":0,"delta":"{{{InJson(word)}}}"}""",
                _ => $$$"""{"type":"response.output_text.delta","sequence_number":{{{place + 3}}},"item_id":"item_1","output_index":0,"content_index":0,"delta":"{{{word}}}","logprobs":[]}""",
            },
            tokens =>
            [
                .. kind == DeltaKind.Arguments ? [$$$"""{"type":"response.function_call_arguments.delta","sequence_number":{{{tokens + 3}}},"item_id":"item_1","output_index":0,"delta":"\"}"}"""] : (string[])[],
                $$$"""{"type":"response.output_item.done","sequence_number":{{{tokens + 4}}},"output_index":0,"item":{{{Whole(tokens)}}}}""",
                $$$$$"""{"type":"response.completed","sequence_number":{{{{{tokens + 5}}}}},"response":{"id":"resp_1","object":"response","created_at":1795168800,"status":"completed","model":"upstream","output":[{{{{{Whole(tokens)}}}}}],"usage":{"input_tokens":9,"input_tokens_details":{"cached_tokens":0},"output_tokens":{{{{{tokens}}}}},"output_tokens_details":{"reasoning_tokens":0},"total_tokens":{{{{{tokens + 9}}}}}}}}""",
            ])
        {
            HasNames = true,
        };

        string Whole(int tokens) => Item("completed", string.Concat(Enumerable.Range(0, tokens).Select(WireStream.WordAt)));

        string Item(string status, string words) => kind switch
        {
            DeltaKind.Reasoning => $$$"""{"id":"item_1","type":"reasoning","summary":[{{{(words.Length == 0 ? "" : $$"""{"type":"summary_text","text":"{{words}}"}""")}}}]}""",
            DeltaKind.Arguments => $$$"""{"id":"item_1","type":"function_call","status":"{{{status}}}","call_id":"call_1","name":"weather","arguments":"{{{(words.Length == 0 ? "" : $"{{\\\"city\\\":\\\"{InJson(words)}\\\"}}")}}}"}""",
            _ => $$$"""{"id":"item_1","type":"message","status":"{{{status}}}","content":[{{{(words.Length == 0 ? "" : $$"""{"type":"output_text","annotations":[],"logprobs":[],"text":"{{words}}"}""")}}}],"role":"assistant"}""",
        };
    }

    /// <summary>Escapes text again, for a string in JSON that is itself a string.</summary>
    public static string InJson(string escaped) => escaped.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);

    private static string Usage(int tokens) => $$"""{"prompt_tokens":9,"completion_tokens":{{tokens}},"total_tokens":{{tokens + 9}}}""";
}
