using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Dragoman.Gateway.Tests.Dialects;

internal static class Json
{
    public static JsonElement Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }

    public static JsonElement Parse(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }

    public static string TextOf(ArrayBufferWriter<byte> output) => Encoding.UTF8.GetString(output.WrittenSpan);

    public static string[] Names(this JsonElement element) => [.. element.EnumerateObject().Select(member => member.Name)];

    public static bool Has(this JsonElement element, string name) => element.TryGetProperty(name, out _);

    public static string? Text(this JsonElement element, string name) => element.GetProperty(name).GetString();
}
