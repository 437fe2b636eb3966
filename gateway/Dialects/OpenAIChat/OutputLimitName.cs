using System.Text;
using Dragoman.Conversation;
using Dragoman.Wire;

namespace Dragoman.Dialects.OpenAIChat;

/// <summary>
/// The two names of the bound of an answer's tokens. OpenAI's reasoning models take the newer one only (P-34), older versions
/// of Azure's API and some compatible servers the older one only; a client's own request passes through with the name changed.
/// </summary>
internal static class OutputLimitName
{
    public const string Older = "max_tokens";
    public const string Newer = "max_completion_tokens";

    /// <summary>Whether the client's own request says the bound in a way that another name would not put right.</summary>
    /// <param name="request">What is to pass through.</param>
    /// <param name="only">The only name that the target takes; null: either.</param>
    public static bool MustBeRewritten(ChatRequest request, string? only) =>
        only is not null && request.Source is { } source && Has(source, OtherThan(only)) && !CanBeRenamed(request, source, only);

    /// <summary>Changes the name if that has to be done.</summary>
    /// <param name="edited">The request as it will be sent.</param>
    /// <param name="source">The client's own.</param>
    /// <param name="only">The only name that the target takes; null: either.</param>
    public static void Change(EditedJson edited, JsonMembers source, string? only)
    {
        if (only is not null && source.Find(OtherThan(only)) is { IsEmpty: false } value)
            edited.Replace(Encoding.UTF8.GetBytes(OtherThan(only)), (byte[])[(byte)'"', .. Encoding.UTF8.GetBytes(only), .. "\":"u8, .. value.Span]);
    }

    /// <summary>With both names, or null, it is better written anew; and a text to be continued has the older name alone.</summary>
    private static bool CanBeRenamed(ChatRequest request, JsonMembers source, string only) =>
        request.Completion is null && !Has(source, only) && !source.Find(OtherThan(only)).IsEmpty;

    private static bool Has(JsonMembers source, string name) => source.Has(Encoding.UTF8.GetBytes(name));

    private static string OtherThan(string name) => name == Older ? Newer : Older;
}
