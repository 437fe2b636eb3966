using Dragoman.Conversation;
using Dragoman.Wire;

namespace Dragoman.Dialects.OpenAIChat;

/// <summary>The client's own request with the provider's names for the model and the limit. A stream also asks for token counts.</summary>
internal static class OpenAIPassThroughRequest
{
    private static readonly byte[] AskingOptions = [.. "{\"include_usage\":true}"u8];
    private static readonly byte[] True = [.. "true"u8];

    /// <param name="request">The client's request.</param>
    /// <param name="source">The request's JSON.</param>
    /// <param name="upstreamModel">The provider's name for the model.</param>
    /// <param name="limitName">The only name of the answer's limit that the target accepts. Null when it accepts both.</param>
    public static EditedJson Edit(ChatRequest request, JsonMembers source, string upstreamModel, string? limitName)
    {
        var edited = new EditedJson(source);
        edited.Set("model"u8, JsonText.Quoted(upstreamModel));
        OutputLimitName.Change(edited, source, limitName);
        OutputLimitName.Add(edited, request, limitName);
        if (request.Stream && !request.IncludeUsage)
            AskForUsage(source, edited);
        return edited;
    }

    private static void AskForUsage(JsonMembers source, EditedJson edited)
    {
        if (!source.Has("stream_options"u8))
        {
            edited.Add("\"stream_options\":{\"include_usage\":true}"u8);
            return;
        }

        if (JsonMembers.TryRead(source.Find("stream_options"u8)) is { } options)
        {
            var changed = new EditedJson(options);
            if (!changed.Set("include_usage"u8, True))
                changed.Add("\"include_usage\":true"u8);
            edited.Set("stream_options"u8, changed.Written);
            return;
        }

        edited.Set("stream_options"u8, AskingOptions);
    }
}
