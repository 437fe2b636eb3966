using System.Buffers;
using System.Text.Json;
using Dragoman.Wire;

namespace Dragoman.Cli.Output;

/// <summary>Several pages as one, in the form of a page.</summary>
internal static class JsonList
{
    public static ReadOnlySpan<byte> Of(IEnumerable<JsonElement> entries)
    {
        var output = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(output, JsonText.Compact))
        {
            writer.WriteStartObject();
            writer.WriteStartArray("items"u8);
            foreach (var entry in entries)
                entry.WriteTo(writer);
            writer.WriteEndArray();
            writer.WriteNull("next"u8);
            writer.WriteEndObject();
        }

        return output.WrittenSpan;
    }

    /// <summary>Several lists in one object.</summary>
    public static ReadOnlySpan<byte> Of(params ReadOnlySpan<(string Name, IReadOnlyList<JsonElement> Entries)> lists)
    {
        var output = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(output, JsonText.Compact))
        {
            writer.WriteStartObject();
            foreach (var (name, entries) in lists)
            {
                writer.WriteStartArray(name);
                foreach (var entry in entries)
                    entry.WriteTo(writer);
                writer.WriteEndArray();
            }

            writer.WriteEndObject();
        }

        return output.WrittenSpan;
    }
}
