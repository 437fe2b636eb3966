using Dragoman.Conversation;

namespace Dragoman.Dialects.Anthropic.Inbound;

/// <summary>What a request holds that only Anthropic itself can do; gathered while it is read.</summary>
internal sealed class AnthropicMessagesFamily
{
    private readonly List<FamilyMember> members = [];
    private readonly OrderedDictionary<string, bool> hints = new(StringComparer.Ordinal);

    /// <summary>The first one; it is what a client of another provider is told.</summary>
    public IReadOnlyList<FamilyMember> Members => members;

    /// <summary>Each once; at most as many as a <see cref="LossReport"/> keeps.</summary>
    public IReadOnlyList<string> Hints => [.. hints.Keys];

    /// <param name="field">Its path in the request.</param>
    /// <param name="whatItIs">Goes on from the path: "is …".</param>
    /// <param name="instead">What other providers can do instead; empty: nothing.</param>
    public void Needs(string field, string whatItIs, string instead = "")
    {
        if (members.Count == 0)
            members.Add(new FamilyMember(field, $"{field} {whatItIs}, which this model's provider does not have{(instead.Length > 0 ? $"; {instead}" : "")}"));
    }

    /// <summary>Notes what other providers go without.</summary>
    /// <param name="field">Its path, or its name where it may stand at many places.</param>
    public void Likes(string field)
    {
        if (hints.Count < LossReport.MostKept)
            hints.TryAdd(field, true);
    }
}
