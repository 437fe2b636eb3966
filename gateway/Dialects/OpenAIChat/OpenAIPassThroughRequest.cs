using System.Buffers;
using Dragoman.Conversation;
using Dragoman.Wire;

namespace Dragoman.Dialects.OpenAIChat;

/// <summary>The client's own request with the provider's name of the model, and token counts asked for where it streams.</summary>
internal static class OpenAIPassThroughRequest
{
    public static ReadOnlyMemory<byte> Write(ChatRequest request, string upstreamModel)
    {
        var source = request.Source.Span;
        var named = new ArrayBufferWriter<byte>(source.Length + 256);
        JsonSplice.Replace(source, "model"u8, [(byte)'"', .. JsonText.Escape(upstreamModel), (byte)'"'], named);
        return request.Stream && !request.IncludeUsage ? AskForUsage(named.WrittenSpan) : named.WrittenMemory;
    }

    private static ReadOnlyMemory<byte> AskForUsage(ReadOnlySpan<byte> json)
    {
        var output = new ArrayBufferWriter<byte>(json.Length + 64);
        var options = JsonSplice.Find(json, "stream_options"u8);
        if (options.IsEmpty)
        {
            JsonSplice.Insert(json, "\"stream_options\":{\"include_usage\":true}"u8, output);
            return output.WrittenMemory;
        }

        var asking = new ArrayBufferWriter<byte>(options.Length + 32);
        if (options.SequenceEqual("null"u8))
            asking.Write("{\"include_usage\":true}"u8);
        else if (JsonSplice.Find(options, "include_usage"u8).IsEmpty)
            JsonSplice.Insert(options, "\"include_usage\":true"u8, asking);
        else
            JsonSplice.Replace(options, "include_usage"u8, "true"u8, asking);
        JsonSplice.Replace(json, "stream_options"u8, asking.WrittenSpan, output);
        return output.WrittenMemory;
    }
}
