using System.Text.Json;
using Dragoman.Conversation;

namespace Dragoman.Dialects.Requests;

/// <summary>
/// Collects the members of a request that an inbound dialect does not read, so that they are reported as losses when the
/// client's own JSON is not passed through (specs/dialects.md 0.1).
/// </summary>
internal sealed class UnreadMembers
{
    private readonly OrderedDictionary<string, bool> found = new(StringComparer.Ordinal);

    /// <summary>The members, each once, as paths without indices; at most as many as a <see cref="LossReport"/> keeps.</summary>
    public IReadOnlyList<string> Found => [.. found.Keys];

    /// <summary>Notes the members of an object that are not read; empty ones are skipped.</summary>
    /// <param name="owner">The object.</param>
    /// <param name="place">Its path, without indices; empty for the whole request.</param>
    /// <param name="read">The names of the members that are read.</param>
    public void Note(RequestObject owner, string place, params ReadOnlySpan<string> read)
    {
        foreach (var (name, value) in owner.MembersBeside(read))
        {
            if (!IsEmpty(value))
                Note(place.Length == 0 ? name : $"{place}.{name}");
        }
    }

    public void Note(string field)
    {
        if (found.Count < LossReport.MostKept)
            found.TryAdd(field, true);
    }

    private static bool IsEmpty(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => true,
        JsonValueKind.Array => value.GetArrayLength() == 0,
        JsonValueKind.Object => !value.EnumerateObject().Any(),
        _ => false,
    };
}
