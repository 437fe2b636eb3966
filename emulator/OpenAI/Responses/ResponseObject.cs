using System.Buffers;
using System.Text.Json;
using Dragoman.Emulator.Chat;
using Dragoman.Emulator.Completions;
using Dragoman.Emulator.Generation;
using Dragoman.Emulator.Tools;

namespace Dragoman.Emulator.OpenAI.Responses;

/// <summary>The <c>response</c> object, from its beginning to its end, and its stored copy.</summary>
internal sealed class ResponseObject(ResponsesRequest request, ResponseStore store, TimeProvider time)
{
    private const string Unavailable = "The server had an error processing your request. Sorry about that!";

    private readonly string suffix = Guid.NewGuid().ToString("N");
    private readonly long created = time.GetUtcNow().ToUnixTimeSeconds();
    private readonly List<OutputItem> output = [];

    public string Id => $"resp_{suffix}";

    public int Count => output.Count;

    /// <summary>Adds a reasoning item. The same request always gets the same state.</summary>
    public OutputItem AddReasoning() => Add(new("reasoning", NewId("rs"))
    {
        Encrypted = request.Encrypts ? ResponseInput.EncryptedPrefix + Seal.OfNumber(ResponseInput.Provider, request.Model.Id, request.Seed) : null,
    });

    public OutputItem AddMessage(bool isRefusal) => Add(new("message", NewId("msg")) { IsRefusal = isRefusal });

    public OutputItem AddCall(ToolCall call) => Add(new("function_call", NewId("fc")) { CallId = call.Id, Name = call.Name });

    /// <summary>Writes an answer that is not streamed.</summary>
    public void Write(Utf8JsonWriter json, IReadOnlyList<SaidChoice> choices, Usage usage)
    {
        var said = choices[0];
        if (said.Choice.ThinkingTokens > 0)
            AddReasoning().Text = request.Summarizes ? said.Thinking : "";
        if (said.Pieces.Count > 0)
            AddMessage(said.Choice.IsRefusal).Text = said.Text;
        foreach (var call in said.Calls)
            AddCall(call).Text = call.Arguments;
        foreach (var item in output)
            item.Status = "completed";
        var isCut = said.Choice.FinishReason == "length";
        if (isCut && output.Count > 0)
            output[^1].Status = "incomplete";
        Write(json, isCut ? "incomplete" : "completed", usage);
        Store(isCut, usage);
    }

    /// <summary>Stores the response for requests that continue it, if the request asks for it.</summary>
    public void Store(bool isCut, Usage usage)
    {
        if (!request.Echo.Stores)
            return;
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(buffer, ServerSentEvents.WriterOptions))
            Write(json, isCut ? "incomplete" : "completed", usage);
        var messages = new List<ChatMessage>(request.Messages);
        foreach (var message in output.Select(item => item.ToMessage()).OfType<ChatMessage>())
        {
            if (message.ToolCalls.Count > 0 && messages is [.., { Role: "assistant", ToolCalls.Count: > 0 } last])
                messages[^1] = last with { ToolCalls = [.. last.ToolCalls, .. message.ToolCalls] };
            else
                messages.Add(message);
        }

        store.Add(new(Id, messages, request.Seed, buffer.WrittenSpan.ToArray(), [.. output.Where(item => item.Kind == "reasoning").Select(item => item.Id)]));
    }

    /// <param name="json">A writer that expects a value.</param>
    /// <param name="status"><c>in_progress</c>, <c>completed</c>, <c>incomplete</c> or <c>failed</c>.</param>
    /// <param name="usage">The usage. Null while it is unknown.</param>
    public void Write(Utf8JsonWriter json, string status, Usage? usage)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, Id);
        json.WriteString("object"u8, "response"u8);
        json.WriteNumber("created_at"u8, created);
        json.WriteString("status"u8, status);
        json.WriteBoolean("background"u8, false);
        if (status == "completed")
            json.WriteNumber("completed_at"u8, time.GetUtcNow().ToUnixTimeSeconds());
        else
            json.WriteNull("completed_at"u8);
        if (status == "failed")
        {
            json.WriteStartObject("error"u8);
            json.WriteString("code"u8, "server_error"u8);
            json.WriteString("message"u8, Unavailable);
            json.WriteEndObject();
        }
        else
        {
            json.WriteNull("error"u8);
        }

        if (status == "incomplete")
        {
            json.WriteStartObject("incomplete_details"u8);
            json.WriteString("reason"u8, "max_output_tokens"u8);
            json.WriteEndObject();
        }
        else
        {
            json.WriteNull("incomplete_details"u8);
        }

        json.WriteString("model"u8, request.Echo.Model);
        json.WriteStartArray("output"u8);
        if (status != "in_progress")
        {
            foreach (var item in output)
                item.Write(json);
        }

        json.WriteEndArray();
        request.Echo.Write(json);
        json.WritePropertyName("usage"u8);
        WriteUsage(json, usage);
        json.WriteEndObject();
    }

    private static void WriteUsage(Utf8JsonWriter json, Usage? usage)
    {
        if (usage is not { } used)
        {
            json.WriteNullValue();
            return;
        }

        json.WriteStartObject();
        json.WriteNumber("input_tokens"u8, used.PromptTokens);
        json.WriteStartObject("input_tokens_details"u8);
        json.WriteNumber("cached_tokens"u8, 0);
        json.WriteNumber("cache_write_tokens"u8, 0);
        json.WriteEndObject();
        json.WriteNumber("output_tokens"u8, used.CompletionTokens);
        json.WriteStartObject("output_tokens_details"u8);
        json.WriteNumber("reasoning_tokens"u8, used.ThinkingTokens);
        json.WriteEndObject();
        json.WriteNumber("total_tokens"u8, used.PromptTokens + used.CompletionTokens);
        json.WriteEndObject();
    }

    private OutputItem Add(OutputItem item)
    {
        output.Add(item);
        return item;
    }

    private string NewId(string prefix) => $"{prefix}_{suffix}{output.Count}";
}
