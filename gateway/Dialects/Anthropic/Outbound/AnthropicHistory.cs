using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Json;
using Dragoman.Wire;

namespace Dragoman.Dialects.Anthropic.Outbound;

/// <summary>Removes thinking from a request's messages and leaves every other block unchanged (P-18, P-19).</summary>
internal static class AnthropicHistory
{
    /// <summary>A quick search for thinking that cannot be Anthropic's. It may report a false positive.</summary>
    public static bool MayHoldForeignThinking(ReadOnlySpan<byte> body)
    {
        if (body.IndexOf("thinking"u8) < 0)
            return false;
        if (body.IndexOf("\"gw1."u8) >= 0)
            return true;
        // An empty signature, with any white space around its colon.
        for (var at = body.IndexOf("\"signature\""u8); at >= 0; at = body.IndexOf("\"signature\""u8))
        {
            body = body[(at + "\"signature\""u8.Length)..];
            if (body.TrimStart(" \t\r\n:"u8).StartsWith("\"\""u8))
                return true;
        }

        return false;
    }

    /// <summary>Whether a block's signature or data is empty or belongs to another provider.</summary>
    public static bool IsForeign(string signature) => signature.Length == 0 || StateEnvelope.IsEnvelope(signature);

    /// <summary>
    /// The request without the thinking blocks whose signature is unwanted. Null when there are none. When a tool loop
    /// loses its thinking, a thinking budget is removed as well, because Anthropic would reject the request (P-17).
    /// </summary>
    public static ReadOnlyMemory<byte>? WithoutThinking(ReadOnlyMemory<byte> body, Func<string, bool> isUnwanted)
    {
        using var document = JsonText.Parse(body.Span);
        var root = document.RootElement;
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("messages", out var messages) || messages.ValueKind != JsonValueKind.Array)
            return null;
        if (!messages.EnumerateArray().Any(message => ContentOf(message).Any(IsUnwanted)))
            return null;
        var last = messages.EnumerateArray().Last(message => ContentOf(message).Any(IsUnwanted) || IsAssistant(message));
        var losesLoop = ContentOf(last).Any(IsUnwanted) && ContentOf(last).Any(block => IsOfType(block, "tool_use"));

        var output = new ArrayBufferWriter<byte>(body.Length);
        using (var writer = new Utf8JsonWriter(output, JsonText.Compact))
        {
            writer.WriteStartObject();
            var hasMessages = false;
            foreach (var member in root.EnumerateObject())
            {
                if (member.NameEquals("messages"u8))
                {
                    // A member that occurs several times is written once.
                    if (!hasMessages)
                        WriteMessages(writer, messages, IsUnwanted);
                    hasMessages = true;
                }
                else if (!(losesLoop && member.NameEquals("thinking"u8) && IsOfType(member.Value, "enabled")))
                    WriteRaw(writer, member);
            }

            writer.WriteEndObject();
        }

        return output.WrittenMemory;

        bool IsUnwanted(JsonElement block) =>
            (IsOfType(block, "thinking") && isUnwanted(TextOf(block, "signature"))) || (IsOfType(block, "redacted_thinking") && isUnwanted(TextOf(block, "data")));
    }

    private static void WriteMessages(Utf8JsonWriter writer, JsonElement messages, Func<JsonElement, bool> isUnwanted)
    {
        writer.WriteStartArray("messages"u8);
        foreach (var message in messages.EnumerateArray())
        {
            var kept = ContentOf(message).Where(block => !isUnwanted(block)).ToList();
            if (kept.Count == ContentOf(message).Count())
            {
                WriteRaw(writer, message);
                continue;
            }

            if (kept.Count == 0)
                continue;
            writer.WriteStartObject();
            var hasContent = false;
            foreach (var member in message.EnumerateObject())
            {
                if (!member.NameEquals("content"u8))
                {
                    WriteRaw(writer, member);
                    continue;
                }

                if (hasContent)
                    continue;
                hasContent = true;
                writer.WriteStartArray("content"u8);
                foreach (var block in kept)
                    WriteRaw(writer, block);
                writer.WriteEndArray();
            }

            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static bool IsAssistant(JsonElement message) =>
        message.ValueKind == JsonValueKind.Object && message.TryGetProperty("role", out var role) && role.ValueKind == JsonValueKind.String && role.ValueEquals("assistant"u8);

    /// <summary>The blocks of a message. There are none when its content is a string.</summary>
    private static JsonElement.ArrayEnumerator ContentOf(JsonElement message) =>
        message.ValueKind == JsonValueKind.Object && message.TryGetProperty("content", out var content) && content.ValueKind == JsonValueKind.Array
            ? content.EnumerateArray()
            : default;

    private static bool IsOfType(JsonElement element, string type) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty("type", out var value) && value.ValueKind == JsonValueKind.String && value.ValueEquals(type);

    private static string TextOf(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? JsonText.ReadString(value) : "";

    private static void WriteRaw(Utf8JsonWriter writer, JsonProperty member)
    {
        writer.WritePropertyName(member.Name);
        WriteRaw(writer, member.Value);
    }

    private static void WriteRaw(Utf8JsonWriter writer, JsonElement value) =>
        writer.WriteRawValue(JsonMarshal.GetRawUtf8Value(value), skipInputValidation: true);
}
