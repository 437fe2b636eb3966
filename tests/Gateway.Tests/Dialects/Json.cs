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

    /// <summary>An object with the members, and with the defaults that they do not replace. Both are given without braces.</summary>
    public static string With(string defaults, string members)
    {
        var told = Parse($"{{{members}}}").EnumerateObject().Select(member => member.Name).ToHashSet();
        var kept = Parse($"{{{defaults}}}").EnumerateObject().Where(member => !told.Contains(member.Name)).Select(member => member.ToString());
        return $"{{{string.Join(',', members.Length > 0 ? kept.Append(members) : kept)}}}";
    }

    public static string TextOf(ArrayBufferWriter<byte> output) => Encoding.UTF8.GetString(output.WrittenSpan);

    public static string[] Names(this JsonElement element) => [.. element.EnumerateObject().Select(member => member.Name)];

    public static bool Has(this JsonElement element, string name) => element.TryGetProperty(name, out _);

    public static string? Text(this JsonElement element, string name) => element.GetProperty(name).GetString();
}
