using System.Globalization;
using System.Text;

namespace Dragoman.Bench.Cells;

/// <summary>A provider's stream of words in its own wire format (specs/dialects.md 1), as bytes.</summary>
internal static class WireStream
{
    private static readonly string[] Words = [" the", " stream", " of", " words,", " Déjà", " vu", " \\\"quoted\\\"", " ends."];

    public static byte[] OfChatCompletions(int tokens) => Join(
        """{"id":"chatcmpl-1","object":"chat.completion.chunk","created":1795168800,"model":"upstream","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}""",
        tokens,
        (word, _) => $$$"""{"id":"chatcmpl-1","object":"chat.completion.chunk","created":1795168800,"model":"upstream","choices":[{"index":0,"delta":{"content":"{{{word}}}"},"finish_reason":null}]}""",
        """{"id":"chatcmpl-1","object":"chat.completion.chunk","created":1795168800,"model":"upstream","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}""",
        $$$"""{"id":"chatcmpl-1","object":"chat.completion.chunk","created":1795168800,"model":"upstream","choices":[],"usage":{"prompt_tokens":9,"completion_tokens":{{{tokens}}},"total_tokens":{{{tokens + 9}}}}}""",
        "[DONE]");

    public static byte[] OfTextCompletions(int tokens) => Join(
        """{"id":"cmpl-1","object":"text_completion","created":1795168800,"model":"upstream","choices":[{"text":"","index":0,"logprobs":null,"finish_reason":null}]}""",
        tokens,
        (word, _) => $$$"""{"id":"cmpl-1","object":"text_completion","created":1795168800,"model":"upstream","choices":[{"text":"{{{word}}}","index":0,"logprobs":null,"finish_reason":null}]}""",
        """{"id":"cmpl-1","object":"text_completion","created":1795168800,"model":"upstream","choices":[{"text":"","index":0,"logprobs":null,"finish_reason":"stop"}]}""",
        "[DONE]");

    public static byte[] OfMistral(int tokens) => Join(
        """{"id":"m1","object":"chat.completion.chunk","created":1795168800,"model":"upstream","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}""",
        tokens,
        (word, place) => $$$"""{"id":"m1","object":"chat.completion.chunk","created":1795168800,"model":"upstream","choices":[{"index":0,"delta":{"content":"{{{word}}}"},"finish_reason":null}],"p":"{{{"abcdefghijklmnop"[..(place % 16)]}}}"}""",
        $$$"""{"id":"m1","object":"chat.completion.chunk","created":1795168800,"model":"upstream","choices":[{"index":0,"delta":{"content":""},"finish_reason":"stop"}],"usage":{"prompt_tokens":9,"completion_tokens":{{{tokens}}},"total_tokens":{{{tokens + 9}}}}}""",
        "[DONE]");

    public static byte[] OfAnthropic(int tokens) => JoinNamed(
        [
            """{"type":"message_start","message":{"model":"upstream","id":"msg_1","type":"message","role":"assistant","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":9,"output_tokens":1}}}""",
            """{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}""",
        ],
        tokens,
        (word, _) => $$$"""{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"{{{word}}}"}}""",
        [
            """{"type":"content_block_stop","index":0}""",
            $$$"""{"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"input_tokens":9,"output_tokens":{{{tokens}}}}}""",
            """{"type":"message_stop"}""",
        ]);

    public static byte[] OfGemini(int tokens) => Join(
        """{"candidates":[{"content":{"parts":[{"text":"A"}],"role":"model"},"index":0}],"usageMetadata":{"promptTokenCount":9,"candidatesTokenCount":1,"totalTokenCount":10},"modelVersion":"upstream","responseId":"r1"}""",
        tokens - 1,
        (word, place) => $$$"""{"candidates":[{"content":{"parts":[{"text":"{{{word}}}"}],"role":"model"},"index":0}],"usageMetadata":{"promptTokenCount":9,"candidatesTokenCount":{{{place + 2}}},"totalTokenCount":{{{place + 11}}}},"modelVersion":"upstream","responseId":"r1"}""",
        $$$"""{"candidates":[{"content":{"parts":[{"text":""}],"role":"model"},"finishReason":"STOP","index":0}],"usageMetadata":{"promptTokenCount":9,"candidatesTokenCount":{{{tokens}}},"totalTokenCount":{{{tokens + 9}}}},"modelVersion":"upstream","responseId":"r1"}""");

    public static byte[] OfResponses(int tokens)
    {
        const string Started = """{"id":"resp_1","object":"response","created_at":1795168800,"status":"in_progress","model":"upstream","output":[],"usage":null}""";
        const string Item = """{"id":"msg_1","type":"message","status":"in_progress","content":[],"role":"assistant"}""";
        var text = string.Concat(Enumerable.Range(0, tokens).Select(WordAt));
        var whole = $$$"""{"id":"msg_1","type":"message","status":"completed","content":[{"type":"output_text","annotations":[],"logprobs":[],"text":"{{{text}}}"}],"role":"assistant"}""";
        return JoinNamed(
            [
                $$$"""{"type":"response.created","sequence_number":0,"response":{{{Started}}}}""",
                $$$"""{"type":"response.output_item.added","sequence_number":1,"output_index":0,"item":{{{Item}}}}""",
                """{"type":"response.content_part.added","sequence_number":2,"item_id":"msg_1","output_index":0,"content_index":0,"part":{"type":"output_text","annotations":[],"logprobs":[],"text":""}}""",
            ],
            tokens,
            (word, place) => $$$"""{"type":"response.output_text.delta","sequence_number":{{{place + 3}}},"item_id":"msg_1","output_index":0,"content_index":0,"delta":"{{{word}}}","logprobs":[]}""",
            [
                $$$"""{"type":"response.output_text.done","sequence_number":{{{tokens + 3}}},"item_id":"msg_1","output_index":0,"content_index":0,"text":"{{{text}}}","logprobs":[]}""",
                $$$"""{"type":"response.output_item.done","sequence_number":{{{tokens + 4}}},"output_index":0,"item":{{{whole}}}}""",
                $$$$$"""{"type":"response.completed","sequence_number":{{{{{tokens + 5}}}}},"response":{"id":"resp_1","object":"response","created_at":1795168800,"status":"completed","model":"upstream","output":[{{{{{whole}}}}}],"usage":{"input_tokens":9,"input_tokens_details":{"cached_tokens":0},"output_tokens":{{{{{tokens}}}}},"output_tokens_details":{"reasoning_tokens":0},"total_tokens":{{{{{tokens + 9}}}}}}}}""",
            ]);
    }

    private static string WordAt(int place) => Words[place % Words.Length];

    private static byte[] Join(string first, int tokens, Func<string, int, string> delta, params string[] last)
    {
        var stream = new StringBuilder();
        Append(first);
        for (var place = 0; place < tokens; place++)
            Append(delta(WordAt(place), place));
        foreach (var data in last)
            Append(data);
        return Encoding.UTF8.GetBytes(stream.ToString());

        void Append(string data) => stream.Append(CultureInfo.InvariantCulture, $"data: {data}\n\n");
    }

    private static byte[] JoinNamed(string[] first, int tokens, Func<string, int, string> delta, string[] last)
    {
        var stream = new StringBuilder();
        foreach (var data in first)
            Append(data);
        for (var place = 0; place < tokens; place++)
            Append(delta(WordAt(place), place));
        foreach (var data in last)
            Append(data);
        return Encoding.UTF8.GetBytes(stream.ToString());

        void Append(string data)
        {
            var name = data["{\"type\":\"".Length..];
            stream.Append(CultureInfo.InvariantCulture, $"event: {name[..name.IndexOf('"')]}\ndata: {data}\n\n");
        }
    }
}
