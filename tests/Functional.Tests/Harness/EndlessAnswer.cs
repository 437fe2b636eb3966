using System.Text;

namespace Dragoman.Functional.Tests.Harness;

/// <summary>Answers of a faulty provider that begin well and never end, in the provider's own dialect.</summary>
internal static class EndlessAnswer
{
    private const int PieceLength = 16 * 1024;

    private const string StreamHead = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n";
    private const string BodyHead = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n";

    /// <summary>The parts of an answer that can be endless.</summary>
    public static readonly IReadOnlyList<string> Kinds = ["text", "reasoning", "arguments", "calls"];

    private static readonly string Piece = new('a', PieceLength);

    /// <summary>A stream with one of <see cref="Kinds"/>, in the dialect of the gateway's call for this client.</summary>
    public static IEnumerable<ReadOnlyMemory<byte>> Of(ClientDialect client, ProviderDialect provider, string kind)
    {
        var (opening, goingOn) = provider.Name switch
        {
            "responses" => Responses(kind),
            "openai" or "azure" when client.Name == "openai-responses" => Responses(kind),
            "anthropic" => Anthropic(kind),
            "gemini" => Gemini(kind),
            _ => ChatCompletions(kind),
        };
        yield return Bytes(StreamHead + opening);
        for (var number = 1; ; number++)
            yield return Bytes(goingOn(number));
    }

    /// <summary>Arguments of a call that never gets a name.</summary>
    public static IEnumerable<ReadOnlyMemory<byte>> NamelessCall() =>
        Repeat(StreamHead, _ => Chunk($$$$"""{"tool_calls":[{"index":0,"function":{"arguments":"{{{{Piece}}}}"}}]}"""));

    /// <summary>A signature in pieces.</summary>
    public static IEnumerable<ReadOnlyMemory<byte>> Signature() => Repeat(
        StreamHead + MessageStart + Named("content_block_start", """{"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":""}}"""),
        _ => Named("content_block_delta", $$$$"""{"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"{{{{Piece}}}}"}}"""));

    /// <summary>Blocks that begin and stay empty.</summary>
    public static IEnumerable<ReadOnlyMemory<byte>> EmptyBlocks() => Repeat(
        StreamHead + MessageStart,
        number => Named("content_block_start", $$$$"""{"type":"content_block_start","index":{{{{number}}}},"content_block":{"type":"text","text":""}}"""));

    /// <summary>Arguments at ever larger indices.</summary>
    public static IEnumerable<ReadOnlyMemory<byte>> FarArguments() => Repeat(
        StreamHead,
        number => $$$$"""data: {"candidates":[{"index":0,"content":{"role":"model","parts":[{"functionCall":{{{{{(number == 1 ? "\"name\":\"f\"," : "")}}}}"willContinue":true,"partialArgs":[{"jsonPath":"$.a{{{{number}}}}[9999][9999][9999]","numberValue":1}]}}]}}]}""" + "\n\n");

    /// <summary>An event without an end.</summary>
    public static IEnumerable<ReadOnlyMemory<byte>> Event() => Repeat(StreamHead + "data: {\"", _ => Piece);

    /// <summary>A head without an end.</summary>
    public static IEnumerable<ReadOnlyMemory<byte>> Head() => Repeat("HTTP/1.1 200 OK\r\nX-Long: ", _ => Piece);

    /// <summary>Headers without an end.</summary>
    public static IEnumerable<ReadOnlyMemory<byte>> Headers() => Repeat("HTTP/1.1 200 OK\r\n", number => $"X-{number}: a\r\n");

    /// <summary>A body without an end.</summary>
    public static IEnumerable<ReadOnlyMemory<byte>> Body() => Repeat(BodyHead + "{\"a\":\"", _ => Piece);

    /// <summary>Comments, which servers send as keep-alive.</summary>
    public static IEnumerable<ReadOnlyMemory<byte>> Comments() => Repeat(StreamHead, _ => string.Concat(Enumerable.Repeat(": alive\n\n", 100)));

    /// <summary>A number of events with one letter each, and a good end.</summary>
    public static IEnumerable<ReadOnlyMemory<byte>> TinyEvents(int count)
    {
        const int together = 1000;
        yield return Bytes(StreamHead);
        var many = Bytes(string.Concat(Enumerable.Repeat(": a\n\ndata: {}\n\ndata:{\"choices\":[]}\n\n" + Chunk("""{"content":"a"}"""), together)));
        for (var sent = 0; sent < count; sent += together)
            yield return many;
        yield return Bytes("data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n");
    }

    private static string MessageStart => Named(
        "message_start",
        """{"type":"message_start","message":{"id":"m","type":"message","role":"assistant","model":"m","content":[],"stop_reason":null,"usage":{"input_tokens":1,"output_tokens":1}}}""");

    private static (string Opening, Func<int, string> GoingOn) ChatCompletions(string kind) => kind switch
    {
        "text" => ("", _ => Chunk($$$$"""{"content":"{{{{Piece}}}}"}""")),
        "reasoning" => ("", _ => Chunk($$$$"""{"reasoning_content":"{{{{Piece}}}}"}""")),
        "arguments" => (
            Chunk("""{"tool_calls":[{"index":0,"id":"c","type":"function","function":{"name":"f","arguments":"{\"a\":\""}}]}"""),
            _ => Chunk($$$$"""{"tool_calls":[{"index":0,"function":{"arguments":"{{{{Piece}}}}"}}]}""")),
        _ => ("", number => Chunk($$$$"""{"tool_calls":[{"index":{{{{number}}}},"id":"c{{{{number}}}}","type":"function","function":{"name":"f","arguments":"{}"}}]}""")),
    };

    private static (string Opening, Func<int, string> GoingOn) Responses(string kind)
    {
        var created = Named("response.created", """{"type":"response.created","sequence_number":0,"response":{"id":"r","object":"response","status":"in_progress","output":[]}}""");
        return kind switch
        {
            "text" => (created, number => Named("response.output_text.delta", $$$$"""{"type":"response.output_text.delta","sequence_number":{{{{number}}}},"output_index":0,"content_index":0,"delta":"{{{{Piece}}}}"}""")),
            "reasoning" => (created, number => Named("response.reasoning_summary_text.delta", $$$$"""{"type":"response.reasoning_summary_text.delta","sequence_number":{{{{number}}}},"output_index":0,"summary_index":0,"delta":"{{{{Piece}}}}"}""")),
            "arguments" => (
                created + Named("response.output_item.added", """{"type":"response.output_item.added","sequence_number":1,"output_index":0,"item":{"id":"i","type":"function_call","call_id":"c","name":"f","arguments":""}}"""),
                number => Named("response.function_call_arguments.delta", $$$$"""{"type":"response.function_call_arguments.delta","sequence_number":{{{{number + 1}}}},"output_index":0,"delta":"{{{{Piece}}}}"}""")),
            _ => (created, number => Named("response.output_item.added", $$$$"""{"type":"response.output_item.added","sequence_number":{{{{number}}}},"output_index":{{{{number}}}},"item":{"id":"i{{{{number}}}}","type":"function_call","call_id":"c{{{{number}}}}","name":"f","arguments":""}}""")),
        };
    }

    private static (string Opening, Func<int, string> GoingOn) Anthropic(string kind)
    {
        (string, Func<int, string>) Block(string block, string delta) => (
            MessageStart + Named("content_block_start", $$$$"""{"type":"content_block_start","index":0,"content_block":{{{{block}}}}}"""),
            _ => Named("content_block_delta", $$$$"""{"type":"content_block_delta","index":0,"delta":{{{{delta}}}}}"""));
        return kind switch
        {
            "text" => Block("""{"type":"text","text":""}""", $$$$"""{"type":"text_delta","text":"{{{{Piece}}}}"}"""),
            "reasoning" => Block("""{"type":"thinking","thinking":""}""", $$$$"""{"type":"thinking_delta","thinking":"{{{{Piece}}}}"}"""),
            "arguments" => Block("""{"type":"tool_use","id":"c","name":"f","input":{}}""", $$$$"""{"type":"input_json_delta","partial_json":"{{{{Piece}}}}"}"""),
            _ => (MessageStart, number => Named("content_block_start", $$$$"""{"type":"content_block_start","index":{{{{number}}}},"content_block":{"type":"tool_use","id":"c{{{{number}}}}","name":"f","input":{}}}""")),
        };
    }

    private static (string Opening, Func<int, string> GoingOn) Gemini(string kind)
    {
        static string Part(string part) => $$$$"""data: {"candidates":[{"index":0,"content":{"role":"model","parts":[{{{{part}}}}]}}]}""" + "\n\n";
        return kind switch
        {
            "text" => ("", _ => Part($$$$"""{"text":"{{{{Piece}}}}"}""")),
            "reasoning" => ("", _ => Part($$$$"""{"text":"{{{{Piece}}}}","thought":true}""")),
            "arguments" => (
                Part("""{"functionCall":{"name":"f","willContinue":true}}"""),
                _ => Part($$$$"""{"functionCall":{"willContinue":true,"partialArgs":[{"jsonPath":"$.a","stringValue":"{{{{Piece}}}}","willContinue":true}]}}""")),
            _ => ("", _ => Part("""{"functionCall":{"name":"f","args":{}}}""")),
        };
    }

    private static string Chunk(string delta) => $$$$"""data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{{{{delta}}}},"finish_reason":null}]}""" + "\n\n";

    private static string Named(string name, string data) => $"event: {name}\ndata: {data}\n\n";

    private static IEnumerable<ReadOnlyMemory<byte>> Repeat(string opening, Func<int, string> goingOn)
    {
        yield return Bytes(opening);
        for (var number = 1; ; number++)
            yield return Bytes(goingOn(number));
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
