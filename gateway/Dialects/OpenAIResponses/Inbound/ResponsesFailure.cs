using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Dragoman.Conversation;
using Dragoman.Wire;

namespace Dragoman.Dialects.OpenAIResponses.Inbound;

/// <summary>Writes the two events that end a failed stream: <c>error</c>, then <c>response.failed</c> (specs/dialects.md 3.0).</summary>
internal static class ResponsesFailure
{
    /// <param name="output">Receives the events.</param>
    /// <param name="sequence">The first event's number.</param>
    /// <param name="response">The writer of this answer's response object.</param>
    /// <param name="items">The items that were complete before the failure, comma-separated.</param>
    /// <param name="error">The failure.</param>
    public static void Write(IBufferWriter<byte> output, int sequence, ResponseObject response, ReadOnlySpan<byte> items, GatewayError error)
    {
        var failed = new ArrayBufferWriter<byte>();
        response.Write(failed, "failed", items, usage: null, error: error);
        Write(output, sequence, failed.WrittenSpan, error);
    }

    /// <param name="output">Receives the events.</param>
    /// <param name="sequence">The first event's number.</param>
    /// <param name="begun">The provider's own response object from the beginning of the answer.</param>
    /// <param name="error">The failure.</param>
    public static void Write(IBufferWriter<byte> output, int sequence, JsonMembers begun, GatewayError error)
    {
        var told = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(told, JsonText.Compact))
            WriteError(writer, error);
        var failed = new ArrayBufferWriter<byte>();
        begun.Write(["status", "error"], [.. "\"status\":\"failed\",\"error\":"u8, .. told.WrittenSpan], failed);
        Write(output, sequence, failed.WrittenSpan, error);
    }

    /// <summary>Writes the <c>error</c> object of a failed response.</summary>
    public static void WriteError(Utf8JsonWriter writer, GatewayError error)
    {
        writer.WriteStartObject();
        writer.WriteString("code"u8, CodeOf(error));
        writer.WriteString("message"u8, error.Message);
        writer.WriteEndObject();
    }

    private static void Write(IBufferWriter<byte> output, int sequence, ReadOnlySpan<byte> failed, GatewayError error)
    {
        output.Write("event: error\ndata: "u8);
        using (var writer = new Utf8JsonWriter(output, JsonText.Compact))
        {
            writer.WriteStartObject();
            writer.WriteString("type"u8, "error"u8);
            writer.WriteNumber("sequence_number"u8, sequence);
            writer.WriteString("code"u8, CodeOf(error));
            writer.WriteString("message"u8, error.Message);
            writer.WriteString("param"u8, string.IsNullOrEmpty(error.Field) ? null : error.Field);
            writer.WriteEndObject();
        }

        output.Write("\n\nevent: response.failed\ndata: {\"type\":\"response.failed\",\"sequence_number\":"u8);
        output.Write(Encoding.UTF8.GetBytes((sequence + 1).ToString(CultureInfo.InvariantCulture)));
        output.Write(",\"response\":"u8);
        output.Write(failed);
        output.Write("}\n\n"u8);
    }

    public static string CodeOf(GatewayError error) => error.Kind switch
    {
        ErrorKind.RateLimited => "rate_limit_exceeded",
        ErrorKind.ContextTooLong => "context_length_exceeded",
        ErrorKind.InvalidRequest => error.Code ?? "invalid_prompt",
        _ => error.Code ?? "server_error",
    };
}
