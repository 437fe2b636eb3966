using System.Text.Json;
using Dragoman.Conversation;

namespace Dragoman.Dialects.OpenAIChat;

/// <summary>What a request holds that only a provider of OpenAI's family can use; gathered while it is read.</summary>
internal sealed class OpenAIChatFamily
{
    private readonly List<FamilyMember> members = [];
    private readonly List<string> hints = [];

    public IReadOnlyList<FamilyMember> Members => members;

    public IReadOnlyList<string> Hints => hints;

    public void Needs(FamilyMember member) => members.Add(member);

    /// <summary>Notes the members of an object that are not read, each once wherever it stands; empty ones say nothing.</summary>
    /// <param name="owner">The object.</param>
    /// <param name="place">Its path, without indices.</param>
    /// <param name="known">What is read.</param>
    public void Likes(RequestObject owner, string place, params ReadOnlySpan<string> known)
    {
        foreach (var (name, value) in owner.Members)
        {
            var field = $"{place}.{name}";
            if (!known.Contains(name) && !IsEmpty(value) && !hints.Contains(field))
                hints.Add(field);
        }
    }

    private static bool IsEmpty(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => true,
        JsonValueKind.Array => value.GetArrayLength() == 0,
        JsonValueKind.Object => !value.EnumerateObject().Any(),
        _ => false,
    };
}
