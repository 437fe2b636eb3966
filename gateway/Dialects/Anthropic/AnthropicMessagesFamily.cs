using Dragoman.Conversation;

namespace Dragoman.Dialects.Anthropic;

/// <summary>What a request holds that only Anthropic itself can do; gathered while it is read.</summary>
internal sealed class AnthropicMessagesFamily
{
    private readonly List<FamilyMember> members = [];
    private readonly List<string> hints = [];

    public IReadOnlyList<FamilyMember> Members => members;

    public IReadOnlyList<string> Hints => hints;

    /// <param name="field">Its path in the request.</param>
    /// <param name="whatItIs">Goes on from the path: "is …".</param>
    /// <param name="instead">What other providers can do instead; empty: nothing.</param>
    public void Needs(string field, string whatItIs, string instead = "") => members.Add(new FamilyMember(
        field,
        $"{field} {whatItIs}, which this model's provider does not have{(instead.Length > 0 ? $"; {instead}" : "")}"));

    /// <summary>Notes what other providers go without.</summary>
    /// <param name="field">Its path, or its name where it may stand at many places.</param>
    public void Likes(string field)
    {
        if (!hints.Contains(field))
            hints.Add(field);
    }
}
