namespace Dragoman.Gateway.Tests.Matrix;

/// <summary>A request for each client's dialect that uses every member that the gateway reads.</summary>
internal static class FullRequests
{
    private const string Png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
    private const string Schema = """{"type":"object","properties":{"city":{"type":"string","description":"d"},"n":{"anyOf":[{"type":"integer"},{"type":"null"}]}},"required":["city"],"additionalProperties":false}""";

    public static string Of(ClientDialect dialect) => Template(dialect).Replace("SCHEMA", Schema, StringComparison.Ordinal).Replace("PNG", Png, StringComparison.Ordinal);

    private static string Template(ClientDialect dialect) => dialect.Name switch
    {
        "chat" => Chat,
        "completions" => Completions,
        "responses" => Responses,
        "messages" => Messages,
        "ollama chat" => OllamaChat,
        _ => OllamaGenerate,
    };

    private const string Chat = """
        {
          "model": "m", "stream": true, "stream_options": {"include_usage": true}, "n": 1, "temperature": 0.5, "top_p": 0.9, "top_k": 3, "min_p": 0.1,
          "presence_penalty": 0.1, "frequency_penalty": 0.1, "seed": 7, "max_tokens": 100, "max_completion_tokens": 100, "stop": ["END"], "logprobs": false,
          "reasoning_effort": "low", "parallel_tool_calls": true, "user": "u", "metadata": {"a": "b"}, "service_tier": "auto",
          "prompt_cache_key": "k", "store": false, "verbosity": "low", "prediction": {"type": "content", "content": "x"}, "safety_identifier": "s",
          "response_format": {"type": "json_schema", "json_schema": {"name": "n", "description": "d", "strict": true, "schema": SCHEMA}},
          "tools": [{"type": "function", "function": {"name": "f", "description": "d", "strict": false, "parameters": SCHEMA}}, {"type": "custom", "custom": {"name": "c", "description": "d", "format": {"type": "text"}}}],
          "tool_choice": {"type": "function", "function": {"name": "f"}},
          "messages": [
            {"role": "system", "content": "s", "name": "x"}, {"role": "developer", "content": [{"type": "text", "text": "d"}]},
            {"role": "user", "content": [{"type": "text", "text": "hi"}, {"type": "image_url", "image_url": {"url": "data:image/png;base64,PNG", "detail": "low"}}]},
            {"role": "assistant", "content": "t", "reasoning_content": "r", "refusal": null, "tool_calls": [{"id": "call_1", "type": "function", "function": {"name": "f", "arguments": "{\"city\":\"x\"}"}, "extra_content": {"google": {"thought_signature": "c2ln"}}}]},
            {"role": "tool", "tool_call_id": "call_1", "content": "ok"},
            {"role": "user", "content": "go on"}
          ]
        }
        """;

    private const string Completions = """
        {
          "model": "m", "prompt": "Once", "stream": true, "stream_options": {"include_usage": true}, "n": 1, "best_of": 1, "echo": false, "temperature": 0.5, "top_p": 0.9,
          "presence_penalty": 0.1, "frequency_penalty": 0.1, "seed": 7, "max_tokens": 100, "stop": "END", "logprobs": 0, "user": "u", "logit_bias": {}
        }
        """;

    private const string Responses = """
        {
          "model": "m", "stream": true, "instructions": "i", "temperature": 0.5, "top_p": 0.9, "max_output_tokens": 100, "parallel_tool_calls": true, "store": false,
          "metadata": {"a": "b"}, "user": "u", "service_tier": "auto", "prompt_cache_key": "k", "safety_identifier": "s", "truncation": "disabled", "top_logprobs": 0,
          "include": ["reasoning.encrypted_content"], "reasoning": {"effort": "low", "summary": "auto"},
          "text": {"verbosity": "low", "format": {"type": "json_schema", "name": "n", "description": "d", "strict": true, "schema": SCHEMA}},
          "tools": [{"type": "function", "name": "f", "description": "d", "strict": false, "parameters": SCHEMA}, {"type": "custom", "name": "c", "description": "d", "format": {"type": "text"}}],
          "tool_choice": {"type": "function", "name": "f"},
          "input": [
            {"type": "message", "role": "developer", "content": "d"},
            {"role": "user", "content": [{"type": "input_text", "text": "hi"}, {"type": "input_image", "image_url": "data:image/png;base64,PNG", "detail": "low"}]},
            {"type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": "r"}], "encrypted_content": "c2ln"},
            {"type": "function_call", "id": "fc_1", "call_id": "call_1", "name": "f", "arguments": "{\"city\":\"x\"}", "status": "completed"},
            {"type": "function_call_output", "call_id": "call_1", "output": "ok"},
            {"type": "message", "role": "assistant", "id": "msg_1", "status": "completed", "content": [{"type": "output_text", "text": "t", "annotations": []}]},
            {"role": "user", "content": "go on"}
          ]
        }
        """;

    private const string Messages = """
        {
          "model": "m", "stream": true, "max_tokens": 4000, "temperature": 1, "top_k": 3, "top_p": 0.96, "stop_sequences": ["END"], "service_tier": "auto",
          "metadata": {"user_id": "u"}, "thinking": {"type": "enabled", "budget_tokens": 1024, "display": "summarized"}, "output_config": {"effort": "low", "format": {"type": "json_schema", "schema": SCHEMA}},
          "system": [{"type": "text", "text": "s", "cache_control": {"type": "ephemeral", "ttl": "5m"}}],
          "tools": [{"name": "f", "description": "d", "strict": false, "input_schema": SCHEMA, "cache_control": {"type": "ephemeral"}}],
          "tool_choice": {"type": "auto", "disable_parallel_tool_use": true},
          "messages": [
            {"role": "user", "content": [{"type": "text", "text": "hi"}, {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "PNG"}}]},
            {"role": "assistant", "content": [{"type": "thinking", "thinking": "r", "signature": "c2ln"}, {"type": "redacted_thinking", "data": "c2ln"}, {"type": "text", "text": "t"}, {"type": "tool_use", "id": "call_1", "name": "f", "input": {"city": "x"}}]},
            {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "call_1", "is_error": false, "content": [{"type": "text", "text": "ok"}]}, {"type": "text", "text": "go on"}]}
          ]
        }
        """;

    private const string OllamaChat = """
        {
          "model": "m", "stream": true, "keep_alive": "5m", "think": "low", "truncate": true, "shift": true, "format": SCHEMA,
          "options": {"temperature": 0.5, "top_p": 0.9, "top_k": 3, "min_p": 0.1, "seed": 7, "num_predict": 100, "num_ctx": 4096, "stop": ["END"], "repeat_penalty": 1.1, "presence_penalty": 0.1, "frequency_penalty": 0.1},
          "tools": [{"type": "function", "function": {"name": "f", "description": "d", "parameters": SCHEMA}}],
          "messages": [
            {"role": "system", "content": "s"}, {"role": "user", "content": "hi", "images": ["PNG"]},
            {"role": "assistant", "content": "t", "thinking": "r", "tool_calls": [{"id": "call_1", "function": {"name": "f", "index": 0, "arguments": {"city": "x"}}}]},
            {"role": "tool", "tool_name": "f", "tool_call_id": "call_1", "content": "ok"}, {"role": "user", "content": "go on"}
          ]
        }
        """;

    private const string OllamaGenerate = """
        {
          "model": "m", "stream": true, "prompt": "hi", "system": "s", "suffix": "", "template": "", "context": [], "raw": false, "images": ["PNG"], "keep_alive": 300, "think": true, "format": "json",
          "options": {"temperature": 0.5, "top_p": 0.9, "top_k": 3, "seed": 7, "num_predict": 100, "stop": ["END"]}
        }
        """;
}
