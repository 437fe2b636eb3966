using System.Text.Json;
using Dragoman.Emulator.Chat;

namespace Dragoman.Emulator.OpenAI.Responses;

/// <summary>An item of a response's output.</summary>
/// <param name="Kind"><c>reasoning</c>, <c>message</c> or <c>function_call</c>.</param>
/// <param name="Id">The item's id, which differs from the call's id.</param>
internal sealed record OutputItem(string Kind, string Id)
{
    /// <summary>The text, the requested summary of the reasoning, or the arguments.</summary>
    public string Text { get; set; } = "";

    public bool IsRefusal { get; init; }

    /// <summary>The encrypted state of reasoning.</summary>
    public string? Encrypted { get; init; }

    public string CallId { get; init; } = "";

    public string Name { get; init; } = "";

    /// <summary><c>in_progress</c>, <c>completed</c> or <c>incomplete</c>.</summary>
    public string Status { get; set; } = "in_progress";

    /// <summary>The item as a message of the continued conversation. Null for reasoning.</summary>
    public ChatMessage? ToMessage() => Kind switch
    {
        "message" => new("assistant", Text),
        "function_call" => new("assistant", "") { ToolCalls = [new(CallId, Name, Text)] },
        _ => null,
    };

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, Id);
        json.WriteString("type"u8, Kind);
        switch (Kind)
        {
            case "reasoning":
                if (Encrypted is not null)
                    json.WriteString("encrypted_content"u8, Encrypted);
                json.WriteStartArray("summary"u8);
                if (Text.Length > 0)
                    WriteSummary(json, Text);
                json.WriteEndArray();
                break;
            case "message":
                json.WriteString("status"u8, Status);
                json.WriteStartArray("content"u8);
                if (Status != "in_progress")
                    WritePart(json, Text);
                json.WriteEndArray();
                json.WriteString("role"u8, "assistant"u8);
                break;
            default:
                json.WriteString("status"u8, Status);
                json.WriteString("arguments"u8, Text);
                json.WriteString("call_id"u8, CallId);
                json.WriteString("name"u8, Name);
                break;
        }

        json.WriteEndObject();
    }

    /// <summary>Writes the only part of a message.</summary>
    public void WritePart(Utf8JsonWriter json, string text)
    {
        json.WriteStartObject();
        if (IsRefusal)
        {
            json.WriteString("type"u8, "refusal"u8);
            json.WriteString("refusal"u8, text);
        }
        else
        {
            json.WriteString("type"u8, "output_text"u8);
            json.WriteStartArray("annotations"u8);
            json.WriteEndArray();
            json.WriteStartArray("logprobs"u8);
            json.WriteEndArray();
            json.WriteString("text"u8, text);
        }

        json.WriteEndObject();
    }

    public static void WriteSummary(Utf8JsonWriter json, string text)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "summary_text"u8);
        json.WriteString("text"u8, text);
        json.WriteEndObject();
    }
}
