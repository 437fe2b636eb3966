using System.Text.Json;

namespace Dragoman.Attack.Ground;

/// <summary>The kind of a call to a provider, which decides the form of the answer.</summary>
internal enum Shape
{
    Chat,
    Completion,
    Responses,
    Messages,
    MessageCount,
    Gemini,
    GeminiCount,
    GeminiEmbeddings,
    Embeddings,
    Models,
}

/// <summary>Answers as the providers write them.</summary>
internal static class ProviderAnswers
{
    public static Shape ShapeOf(string method, string target)
    {
        var path = target.Split('?')[0];
        if (method == "GET")
            return Shape.Models;
        if (path.EndsWith("/chat/completions", StringComparison.Ordinal))
            return Shape.Chat;
        if (path.EndsWith("/completions", StringComparison.Ordinal))
            return Shape.Completion;
        if (path.EndsWith("/responses", StringComparison.Ordinal))
            return Shape.Responses;
        if (path.EndsWith("/messages", StringComparison.Ordinal))
            return Shape.Messages;
        if (path.EndsWith("/count_tokens", StringComparison.Ordinal))
            return Shape.MessageCount;
        if (path.EndsWith(":countTokens", StringComparison.Ordinal))
            return Shape.GeminiCount;
        if (path.Contains("mbedContent", StringComparison.Ordinal))
            return Shape.GeminiEmbeddings;
        return path.EndsWith("/embeddings", StringComparison.Ordinal) ? Shape.Embeddings : Shape.Gemini;
    }

    public static string Whole(Shape shape, string text)
    {
        var quoted = JsonSerializer.Serialize(text);
        return shape switch
        {
            Shape.Chat => $$$$"""{"id":"c1","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":{{{{quoted}}}}},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}}""",
            Shape.Completion => $$$$"""{"id":"c1","object":"text_completion","created":1,"model":"m","choices":[{"index":0,"text":{{{{quoted}}}},"finish_reason":"stop","logprobs":null}],"usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}}""",
            Shape.Responses => ResponseObject("completed", quoted),
            Shape.Messages => $$$$"""{"id":"msg_1","type":"message","role":"assistant","model":"m","content":[{"type":"text","text":{{{{quoted}}}}}],"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":1,"output_tokens":1}}""",
            Shape.MessageCount => """{"input_tokens":1}""",
            Shape.GeminiCount => """{"totalTokens":1}""",
            Shape.GeminiEmbeddings => """{"embeddings":[{"values":[0.5,0.5]}],"embedding":{"values":[0.5,0.5]}}""",
            Shape.Embeddings => """{"object":"list","data":[{"object":"embedding","index":0,"embedding":[0.5,0.5]}],"model":"m","usage":{"prompt_tokens":1,"total_tokens":1}}""",
            Shape.Models => """{"object":"list","data":[{"id":"fk-ok","object":"model","created":1,"owned_by":"x"}],"models":[{"name":"models/fk-ok","supportedGenerationMethods":["generateContent"]}]}""",
            _ => $$$$"""{"candidates":[{"content":{"role":"model","parts":[{"text":{{{{quoted}}}}}]},"finishReason":"STOP","index":0}],"usageMetadata":{"promptTokenCount":1,"candidatesTokenCount":1,"totalTokenCount":2}}""",
        };
    }

    /// <summary>The events of a stream. The last one marks the answer as complete.</summary>
    public static IReadOnlyList<string> Stream(Shape shape, string text)
    {
        var quoted = JsonSerializer.Serialize(text);
        return shape switch
        {
            Shape.Messages =>
            [
                Event("message_start", """{"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":"m","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":1,"output_tokens":1}}}"""),
                Event("content_block_start", """{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}"""),
                Event("content_block_delta", $$$$"""{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":{{{{quoted}}}}}}"""),
                Event("content_block_stop", """{"type":"content_block_stop","index":0}"""),
                Event("message_delta", """{"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":1}}"""),
                Event("message_stop", """{"type":"message_stop"}"""),
            ],
            Shape.Responses =>
            [
                Event("response.created", $$"""{"type":"response.created","sequence_number":0,"response":{{ResponseObject("in_progress", null)}}}"""),
                Event("response.output_item.added", """{"type":"response.output_item.added","sequence_number":1,"output_index":0,"item":{"type":"message","id":"m1","status":"in_progress","role":"assistant","content":[]}}"""),
                Event("response.content_part.added", """{"type":"response.content_part.added","sequence_number":2,"item_id":"m1","output_index":0,"content_index":0,"part":{"type":"output_text","text":"","annotations":[]}}"""),
                Event("response.output_text.delta", $$"""{"type":"response.output_text.delta","sequence_number":3,"item_id":"m1","output_index":0,"content_index":0,"delta":{{quoted}}}"""),
                Event("response.completed", $$"""{"type":"response.completed","sequence_number":4,"response":{{ResponseObject("completed", quoted)}}}"""),
            ],
            Shape.Gemini => [$"data: {Whole(shape, text)}\n\n"],
            Shape.Completion => [$$"""data: {"id":"c1","object":"text_completion","created":1,"model":"m","choices":[{"index":0,"text":{{quoted}},"finish_reason":"stop"}]}""" + "\n\n", "data: [DONE]\n\n"],
            _ =>
            [
                $$"""data: {"id":"c1","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":{{quoted}}},"finish_reason":null}]}""" + "\n\n",
                """data: {"id":"c1","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}""" + "\n\n",
                "data: [DONE]\n\n",
            ],
        };
    }

    public static string Error(Shape shape, int status, string message)
    {
        var quoted = JsonSerializer.Serialize(message);
        return shape switch
        {
            Shape.Messages or Shape.MessageCount => $$$$"""{"type":"error","error":{"type":"{{{{(status == 403 ? "permission_error" : "invalid_request_error")}}}}","message":{{{{quoted}}}}}}""",
            Shape.Gemini or Shape.GeminiCount or Shape.GeminiEmbeddings => $$$$"""{"error":{"code":{{{{status}}}},"message":{{{{quoted}}}},"status":"{{{{(status == 401 ? "INVALID_ARGUMENT" : "PERMISSION_DENIED")}}}}","details":[{"reason":"CONSUMER_SUSPENDED","metadata":{"consumer":{{{{quoted}}}}}}]}}""",
            _ => $$"""{"error":{"message":{{quoted}},"type":"invalid_request_error","param":null,"code":"x"},"message":{{quoted}},"object":"error"}""",
        };
    }

    /// <summary>The error event of a stream.</summary>
    public static string ErrorEvent(Shape shape, string message) => shape switch
    {
        Shape.Messages => Event("error", Error(shape, 500, message)),
        Shape.Responses => Event("error", $$"""{"type":"error","sequence_number":9,"code":"server_error","message":{{JsonSerializer.Serialize(message)}},"param":null}"""),
        _ => $"data: {Error(shape, 500, message)}\n\n",
    };

    /// <summary>A signed thought and a tool call after it.</summary>
    /// <param name="id">The call's id.</param>
    /// <param name="signature">The thought's signature.</param>
    public static string Thought(string id, string signature) =>
        $$$$"""{"id":"msg_1","type":"message","role":"assistant","model":"m","content":[{"type":"thinking","thinking":"THOUGHT-OF-A","signature":"{{{{signature}}}}"},{"type":"tool_use","id":"{{{{id}}}}","name":"f","input":{}}],"stop_reason":"tool_use","stop_sequence":null,"usage":{"input_tokens":1,"output_tokens":1}}""";

    private static string Event(string name, string data) => $"event: {name}\ndata: {data}\n\n";

    private static string ResponseObject(string status, string? quoted)
    {
        var message = quoted is null ? "" : $$$$"""{"type":"message","id":"m1","status":"completed","role":"assistant","content":[{"type":"output_text","text":{{{{quoted}}}},"annotations":[]}]}""";
        return $$$$"""{"id":"resp_1","object":"response","created_at":1,"status":"{{{{status}}}}","error":null,"incomplete_details":null,"model":"m","output":[{{{{message}}}}],"usage":{"input_tokens":1,"output_tokens":1,"total_tokens":2}}""";
    }
}
