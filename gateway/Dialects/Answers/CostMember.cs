using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Dragoman.Configuration;
using Dragoman.Conversation;
using Dragoman.Wire;

namespace Dragoman.Dialects.Answers;

/// <summary>
/// The member with the cost of a request in US dollars beside its token counts, if the operator wants it there. OpenRouter has
/// <c>usage.cost</c> too (openrouter.ai/docs/use-cases/usage-accounting).
/// </summary>
internal static class CostMember
{
    /// <summary>Writes the member into an open object; nothing if the cost is not told or not known.</summary>
    public static void Write(Utf8JsonWriter writer, AnswerContext context, in Usage usage)
    {
        if (context.CostOf?.Invoke(usage) is { } cost)
            writer.WriteNumber("cost"u8, Picodollars.ToDollars(cost));
    }

    /// <summary>Adds the member to the token counts of a provider's answer, instead of the provider's own one.</summary>
    /// <param name="json">Begins with an object that may have <c>usage</c>.</param>
    /// <param name="context">Knows the cost.</param>
    /// <param name="usage">What was used.</param>
    /// <returns>The same bytes if the cost is not told or not known, or if there are no counts.</returns>
    public static ReadOnlySpan<byte> AddTo(ReadOnlySpan<byte> json, AnswerContext context, in Usage usage)
    {
        // The last event of some streams is no JSON.
        if (context.CostOf is null || !JsonText.Trim(json).StartsWith("{"u8) || context.CostOf(usage) is not { } cost)
            return json;
        var counts = JsonSplice.Find(json, "usage"u8, out var length);
        if (!counts.StartsWith("{"u8))
            return json;
        var number = Encoding.ASCII.GetBytes(Picodollars.ToDollars(cost).ToString(CultureInfo.InvariantCulture));
        var changed = new ArrayBufferWriter<byte>(counts.Length + 64);
        if (JsonSplice.Find(counts, "cost"u8).IsEmpty)
        {
            changed.Write("{\"cost\":"u8);
            changed.Write(number);
            if (!JsonText.Trim(counts[1..^1]).IsEmpty)
                changed.Write(","u8);
            changed.Write(counts[1..]);
        }
        else
        {
            JsonSplice.Replace(counts, "cost"u8, number, changed);
        }

        var whole = new ArrayBufferWriter<byte>(json.Length + 64);
        JsonSplice.Replace(json, "usage"u8, changed.WrittenSpan, whole);
        whole.Write(json[length..]);
        return whole.WrittenSpan;
    }
}
