using System.Text.Json;
using Dragoman.Dialects.Answers;
using Dragoman.Wire;

namespace Dragoman.Dialects.OpenAIResponses.Outbound;

/// <summary>The members of a stream event that matter, as slices of its JSON. Texts have no quotes.</summary>
internal ref struct ResponsesEvent
{
    public ReadOnlySpan<byte> Type;
    public ReadOnlySpan<byte> Delta;
    public ReadOnlySpan<byte> Item;
    public ReadOnlySpan<byte> Response;
    public ReadOnlySpan<byte> Logprobs;
    public int OutputIndex;

    /// <summary>The index of a summary part or a content part.</summary>
    public int PartIndex;

    /// <param name="json">JSON that begins with the event.</param>
    /// <param name="template">Learns the places without meaning: sequence numbers, padding, and ids, which some servers change with every event (P-38).</param>
    /// <exception cref="JsonException">Not a JSON object.</exception>
    public static ResponsesEvent Read(ReadOnlySpan<byte> json, TextDeltaTemplate template)
    {
        template.Begin();
        var told = default(ResponsesEvent);
        var reader = new Utf8JsonReader(json);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.ValueSpan;
            reader.Read();
            var from = (int)reader.TokenStartIndex;
            if (reader.TokenType == JsonTokenType.String)
            {
                if (name.SequenceEqual("type"u8))
                    told.Type = reader.ValueSpan;
                else if (name.SequenceEqual("delta"u8))
                    told.Delta = reader.ValueSpan;
                else
                    template.MarkPadding(reader);
            }
            else if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var number))
            {
                if (name.SequenceEqual("output_index"u8))
                    told.OutputIndex = number;
                else if (name.SequenceEqual("summary_index"u8) || name.SequenceEqual("content_index"u8))
                    told.PartIndex = number;
                else
                    template.MarkPadding(reader);
            }
            else
            {
                reader.Skip();
                var value = json[from..(int)reader.BytesConsumed];
                if (name.SequenceEqual("item"u8))
                    told.Item = value;
                else if (name.SequenceEqual("response"u8))
                    told.Response = value;
                else if (name.SequenceEqual("logprobs"u8))
                    told.Logprobs = value;
            }
        }

        return told;
    }

    /// <summary>The bytes between the quotes of a JSON string. Empty for any other value.</summary>
    public static ReadOnlySpan<byte> Inside(ReadOnlySpan<byte> json) => json.Length >= 2 && json[0] == '"' ? json[1..^1] : default;

    /// <summary>The bytes between the brackets of a JSON array. Empty for any other value.</summary>
    public static ReadOnlySpan<byte> Elements(ReadOnlySpan<byte> json) => json.Length >= 2 && json[0] == '[' ? JsonText.OnOneLine(JsonText.Trim(json[1..^1])) : default;
}
