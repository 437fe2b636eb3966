using System.Text.Json;
using Dragoman.Emulator.Api;
using Dragoman.Emulator.Behaviors;
using Microsoft.Extensions.Primitives;

namespace Dragoman.Emulator.Anthropic;

/// <summary>The models that the emulator offers under Anthropic's names, the newest first.</summary>
internal static class AnthropicModels
{
    private const int DefaultPage = 20;
    private const int LargestPage = 1000;

    private static readonly AnthropicModel[] Listed =
    [
        new("claude-opus-5-5", "Claude Opus 5.5"),
        new("claude-sonnet-5-5", "Claude Sonnet 5.5"),
        new("claude-fable-5-1", "Claude Fable 5.1"),
        new("claude-fable-5", "Claude Fable 5"),
        new("claude-opus-5", "Claude Opus 5"),
        new("claude-sonnet-5", "Claude Sonnet 5"),
        new("claude-opus-4-8", "Claude Opus 4.8"),
        new("claude-opus-4-6", "Claude Opus 4.6"),
        new("claude-sonnet-4-6", "Claude Sonnet 4.6"),
        new("claude-opus-4-5-20251101", "Claude Opus 4.5"),
        new("claude-haiku-4-5-20251001", "Claude Haiku 4.5"),
        new("claude-sonnet-4-5-20250929", "Claude Sonnet 4.5"),
        new("claude-opus-4-1-20250805", "Claude Opus 4.1"),
    ];

    /// <summary>Finds a model by its name, with or without the date, or by a name that asks for a behavior.</summary>
    /// <exception cref="ApiException">404: there is no such model.</exception>
    /// <exception cref="RefusalException">The emulator does not know the behavior.</exception>
    public static AnthropicModel Find(string name)
    {
        if (EmulatedBehavior.IsNamedBy(name))
        {
            EmulatedBehavior.FromModelName(name);
            return new(name, name);
        }

        return Array.Find(Listed, model => model.Id == name)
            ?? Array.Find(Listed, model => model.Id.Length == name.Length + 9 && model.Id.StartsWith(name + "-20", StringComparison.Ordinal))
            ?? throw new ApiException(AnthropicError.NotFound($"model: {name}"));
    }

    /// <summary>A page of the list by <c>limit</c>, <c>after_id</c> and <c>before_id</c>.</summary>
    /// <exception cref="ApiException">400: the limit is wrong.</exception>
    public static Action<Utf8JsonWriter> Page(IQueryCollection query)
    {
        var limit = DefaultPage;
        if (query.TryGetValue("limit", out var given) && !(int.TryParse(given, out limit) && limit is >= 1 and <= LargestPage))
            throw new ApiException(AnthropicError.Invalid($"limit: Input should be greater than or equal to 1 and less than or equal to {LargestPage}"));
        var first = query.TryGetValue("after_id", out var after) ? IndexOf(after) + 1 : 0;
        var end = Math.Min(first + limit, Listed.Length);
        if (query.TryGetValue("before_id", out var before))
            (first, end) = (Math.Max(0, IndexOf(before) - limit), IndexOf(before));
        var hasMore = query.ContainsKey("before_id") ? first > 0 : end < Listed.Length;
        var page = Listed[first..Math.Max(first, end)];
        return json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("data"u8);
            foreach (var model in page)
                model.Write(json);
            json.WriteEndArray();
            json.WriteBoolean("has_more"u8, hasMore);
            json.WriteString("first_id"u8, page.FirstOrDefault()?.Id);
            json.WriteString("last_id"u8, page.LastOrDefault()?.Id);
            json.WriteEndObject();
        };

        static int IndexOf(StringValues id) => Array.FindIndex(Listed, model => model.Id == id) is >= 0 and var index
            ? index
            : throw new ApiException(AnthropicError.Invalid($"No such model: {id}"));
    }
}
