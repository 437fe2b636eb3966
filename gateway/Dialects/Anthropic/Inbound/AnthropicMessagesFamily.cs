using Dragoman.Conversation;
using Dragoman.Locales;

namespace Dragoman.Dialects.Anthropic.Inbound;

/// <summary>Collects, while a request is read, what only Anthropic itself can do.</summary>
internal sealed class AnthropicMessagesFamily
{
    private readonly List<FamilyMember> members = [];
    private readonly OrderedDictionary<string, bool> hints = new(StringComparer.Ordinal);

    /// <summary>At most the first such member, which the error names when the model belongs to another provider.</summary>
    public IReadOnlyList<FamilyMember> Members => members;

    /// <summary>Distinct hints, at most as many as a <see cref="LossReport"/> keeps.</summary>
    public IReadOnlyList<string> Hints => [.. hints.Keys];

    /// <param name="field">The member's path in the request.</param>
    /// <param name="whatItIs">Continues the sentence after the path: "is …".</param>
    /// <param name="instead">What the client can do instead with other providers. Null when there is nothing.</param>
    public void Needs(string field, Wording whatItIs, Wording? instead = null)
    {
        if (members.Count == 0)
            members.Add(new FamilyMember(field, instead is null ? FamilyText.NotHere(field, whatItIs) : FamilyText.NotHereBut(field, whatItIs, instead)));
    }

    /// <summary>Records a hint that other providers do not get.</summary>
    /// <param name="field">The hint's path, or its name when it can occur in many places.</param>
    public void Likes(string field)
    {
        if (hints.Count < LossReport.MostKept)
            hints.TryAdd(field, true);
    }
}
