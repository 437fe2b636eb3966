using System.Text.Json;

namespace Dragoman.Dialects.Anthropic.Outbound;

/// <summary>
/// The members that matter in the objects of Anthropic's answers, each as raw JSON, empty when it is missing. Texts are
/// the escaped contents of their strings, so they are copied and never decoded.
/// </summary>
internal ref struct AnthropicMembers
{
    private static readonly JsonReaderOptions AllowsMore = new() { AllowMultipleValues = true };

    public ReadOnlySpan<byte> Type;
    public ReadOnlySpan<byte> Id;
    public ReadOnlySpan<byte> Name;
    public ReadOnlySpan<byte> Text;
    public ReadOnlySpan<byte> Thinking;
    public ReadOnlySpan<byte> Signature;
    public ReadOnlySpan<byte> Data;
    public ReadOnlySpan<byte> PartialJson;
    public ReadOnlySpan<byte> StopReason;
    public ReadOnlySpan<byte> StopSequence;
    public ReadOnlySpan<byte> Explanation;

    public ReadOnlySpan<byte> Message;
    public ReadOnlySpan<byte> ContentBlock;
    public ReadOnlySpan<byte> Content;
    public ReadOnlySpan<byte> Delta;
    public ReadOnlySpan<byte> Usage;
    public ReadOnlySpan<byte> Input;
    public ReadOnlySpan<byte> StopDetails;
    public ReadOnlySpan<byte> Error;

    public int Index;

    /// <summary>The object's length in bytes.</summary>
    public int Length;

    /// <param name="json">JSON that begins with the object; another object may follow. Empty when the member is missing.</param>
    /// <exception cref="JsonException">Not JSON.</exception>
    public static AnthropicMembers Read(ReadOnlySpan<byte> json)
    {
        var members = new AnthropicMembers();
        if (json.IsEmpty)
            return members;
        var reader = new Utf8JsonReader(json, AllowsMore);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            members.Length = json.Length;
            return members;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.ValueSpan;
            reader.Read();
            var from = (int)reader.TokenStartIndex;
            var text = reader.TokenType == JsonTokenType.String ? reader.ValueSpan : default;
            if (reader.TokenType == JsonTokenType.Number && name.SequenceEqual("index"u8))
                reader.TryGetInt32(out members.Index);
            var isNull = reader.TokenType == JsonTokenType.Null;
            reader.Skip();
            if (!isNull)
                members.Keep(name, text, json[from..(int)reader.BytesConsumed]);
        }

        members.Length = (int)reader.BytesConsumed;
        return members;
    }

    private void Keep(ReadOnlySpan<byte> name, ReadOnlySpan<byte> text, ReadOnlySpan<byte> raw)
    {
        switch (name)
        {
            case var _ when name.SequenceEqual("type"u8):
                Type = text;
                break;
            case var _ when name.SequenceEqual("delta"u8):
                Delta = raw;
                break;
            case var _ when name.SequenceEqual("text"u8):
                Text = text;
                break;
            case var _ when name.SequenceEqual("partial_json"u8):
                PartialJson = text;
                break;
            case var _ when name.SequenceEqual("thinking"u8):
                Thinking = text;
                break;
            case var _ when name.SequenceEqual("signature"u8):
                Signature = text;
                break;
            case var _ when name.SequenceEqual("data"u8):
                Data = text;
                break;
            case var _ when name.SequenceEqual("id"u8):
                Id = text;
                break;
            case var _ when name.SequenceEqual("name"u8):
                Name = text;
                break;
            case var _ when name.SequenceEqual("input"u8):
                Input = raw;
                break;
            case var _ when name.SequenceEqual("content_block"u8):
                ContentBlock = raw;
                break;
            case var _ when name.SequenceEqual("content"u8):
                Content = raw;
                break;
            case var _ when name.SequenceEqual("message"u8):
                Message = raw;
                break;
            case var _ when name.SequenceEqual("usage"u8):
                Usage = raw;
                break;
            case var _ when name.SequenceEqual("stop_reason"u8):
                StopReason = text;
                break;
            case var _ when name.SequenceEqual("stop_sequence"u8):
                StopSequence = text;
                break;
            case var _ when name.SequenceEqual("stop_details"u8):
                StopDetails = raw;
                break;
            case var _ when name.SequenceEqual("explanation"u8):
                Explanation = text;
                break;
            case var _ when name.SequenceEqual("error"u8):
                Error = raw;
                break;
        }
    }
}
