using System.Text.Json;

namespace Dragoman.Dialects.OpenAIResponses.Outbound;

/// <summary>The members of a finished response object that matter, as raw JSON. They are found in one pass, because the output may be long.</summary>
internal ref struct ReportedResponse
{
    public ReadOnlySpan<byte> Id;

    /// <summary>The status without its quotes.</summary>
    public ReadOnlySpan<byte> Status;

    public ReadOnlySpan<byte> Output;
    public ReadOnlySpan<byte> Usage;
    public ReadOnlySpan<byte> IncompleteDetails;

    /// <summary>The tier without its quotes.</summary>
    public ReadOnlySpan<byte> ServiceTier;

    /// <param name="json">JSON that begins with the object.</param>
    /// <exception cref="JsonException">Not JSON.</exception>
    public static ReportedResponse Read(ReadOnlySpan<byte> json)
    {
        var told = default(ReportedResponse);
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { AllowMultipleValues = true });
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.ValueSpan;
            reader.Read();
            var from = (int)reader.TokenStartIndex;
            reader.Skip();
            var value = json[from..(int)reader.BytesConsumed];
            if (name.SequenceEqual("id"u8))
                told.Id = value;
            else if (name.SequenceEqual("status"u8))
                told.Status = ResponsesEvent.Inside(value);
            else if (name.SequenceEqual("output"u8))
                told.Output = value;
            else if (name.SequenceEqual("usage"u8))
                told.Usage = value;
            else if (name.SequenceEqual("incomplete_details"u8))
                told.IncompleteDetails = value;
            else if (name.SequenceEqual("service_tier"u8))
                told.ServiceTier = ResponsesEvent.Inside(value);
        }

        return told;
    }
}
