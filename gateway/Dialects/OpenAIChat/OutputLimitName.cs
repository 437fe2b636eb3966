using System.Globalization;
using System.Text;
using Dragoman.Conversation;
using Dragoman.Wire;

namespace Dragoman.Dialects.OpenAIChat;

/// <summary>
/// The two names of the limit of an answer's tokens. OpenAI's reasoning models accept only the newer one (P-34). Older
/// versions of Azure's API and some compatible servers accept only the older one. A client's own request is passed through
/// with the name changed.
/// </summary>
internal static class OutputLimitName
{
    public const string Older = "max_tokens";
    public const string Newer = "max_completion_tokens";

    /// <summary>Whether the limit in the client's own request cannot be corrected by a change of the name.</summary>
    /// <param name="request">The request to pass through.</param>
    /// <param name="only">The only name that the target accepts. Null when it accepts both.</param>
    public static bool MustBeRewritten(ChatRequest request, string? only) =>
        request.Source is { } source
        && (request.IsLimited
            // What is there is no limit, such as null.
            ? Has(source, Older) || Has(source, Newer)
            : only is not null && Has(source, OtherThan(only)) && !CanBeRenamed(request, source, only));

    /// <summary>Changes the name if necessary.</summary>
    /// <param name="edited">The request to send.</param>
    /// <param name="source">The client's own request.</param>
    /// <param name="only">The only name that the target accepts. Null when it accepts both.</param>
    public static void Change(EditedJson edited, JsonMembers source, string? only)
    {
        if (only is not null && source.Find(OtherThan(only)) is { IsEmpty: false } value)
            edited.Replace(Encoding.UTF8.GetBytes(OtherThan(only)), (byte[])[(byte)'"', .. Encoding.UTF8.GetBytes(only), .. "\":"u8, .. value.Span]);
    }

    /// <summary>Adds the limit that the gateway has set, if it has.</summary>
    /// <param name="edited">The request to send.</param>
    /// <param name="request">The request.</param>
    /// <param name="only">The only name that the target accepts. Null when it accepts both.</param>
    public static void Add(EditedJson edited, ChatRequest request, string? only)
    {
        if (request is not { IsLimited: true, Sampling.MaxOutputTokens: { } limit })
            return;
        // Text completions have only the older name.
        var name = only ?? (request.Completion is null ? Newer : Older);
        edited.Add(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"\"{name}\":{limit}")));
    }

    /// <summary>
    /// False for both names or a value that is no limit (null, or LM Studio's -1), because the request is then rewritten, and for
    /// text completions, which have only the older name.
    /// </summary>
    private static bool CanBeRenamed(ChatRequest request, JsonMembers source, string only) =>
        request.Completion is null && request.Sampling.MaxOutputTokens is not null && !Has(source, only);

    private static bool Has(JsonMembers source, string name) => source.Has(Encoding.UTF8.GetBytes(name));

    private static string OtherThan(string name) => name == Older ? Newer : Older;
}
