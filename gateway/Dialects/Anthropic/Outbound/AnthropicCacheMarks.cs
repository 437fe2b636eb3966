using System.Text.Json;
using Dragoman.Conversation;

namespace Dragoman.Dialects.Anthropic.Outbound;

/// <summary>Keeps at most four of the client's cache marks, those before the messages first (P-54, specs/dialects.md 2.9).</summary>
internal sealed class AnthropicCacheMarks
{
    private const int Most = 4;

    private static readonly TimeSpan ShortLifetime = TimeSpan.FromMinutes(5);

    private readonly HashSet<object> kept;

    /// <param name="tools">The tools, which come first in the prompt.</param>
    /// <param name="conversation">The conversation, which follows the tools.</param>
    /// <param name="losses">Records the marks that are dropped.</param>
    public AnthropicCacheMarks(IReadOnlyList<ToolDefinition> tools, AnthropicConversation conversation, LossReport losses)
    {
        List<object> before = [.. tools.Where(tool => tool.Cache is not null), .. conversation.System.Where(part => part.Cache is not null)];
        var marked = conversation.Messages.SelectMany(message => message.Parts).SelectMany(Marked).ToList();
        // Anthropic accepts no mark on thinking.
        var refused = marked.RemoveAll(part => part is ReasoningPart);
        // A later mark covers everything that an earlier one covers.
        var keptBefore = before.TakeLast(Most).ToList();
        kept = new HashSet<object>([.. keptBefore, .. marked.TakeLast(Most - keptBefore.Count)], ReferenceEqualityComparer.Instance);
        if (refused > 0 || kept.Count < before.Count + marked.Count)
            losses.Dropped("cache_control");
    }

    /// <summary>Writes the mark, if it is kept, inside the object that it belongs to.</summary>
    public void Write(Utf8JsonWriter writer, object owner, CacheMark? mark)
    {
        if (mark is null || !kept.Contains(owner))
            return;
        writer.WriteStartObject("cache_control"u8);
        writer.WriteString("type"u8, "ephemeral"u8);
        if (mark.Lifetime is { } lifetime)
            writer.WriteString("ttl"u8, lifetime > ShortLifetime ? "1h"u8 : "5m"u8);
        writer.WriteEndObject();
    }

    private static IEnumerable<Part> Marked(Part part)
    {
        if (part is ToolResultPart result)
        {
            foreach (var inner in result.Content.Where(inner => inner.Cache is not null))
                yield return inner;
        }

        if (part.Cache is not null)
            yield return part;
    }
}
