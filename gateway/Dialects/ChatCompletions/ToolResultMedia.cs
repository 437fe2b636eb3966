using Dragoman.Conversation;

namespace Dragoman.Dialects.ChatCompletions;

/// <summary>
/// Messages of role <c>tool</c> hold only text. Pictures and documents in a result are moved to a user message after the
/// results, under a caption that names the call (specs/dialects.md 2.2).
/// </summary>
internal static class ToolResultMedia
{
    /// <param name="turns">The conversation.</param>
    /// <param name="idOf">Converts an id to the one that the model will see.</param>
    /// <param name="losses">Records the move once.</param>
    public static IReadOnlyList<Turn> MoveBehind(IReadOnlyList<Turn> turns, Func<string, string> idOf, LossReport losses)
    {
        if (!turns.Any(turn => MediaOf(turn).Any()))
            return turns;
        losses.Emulated("tool result media");
        var moved = new List<Turn>();
        var waiting = new List<Part>();
        foreach (var turn in turns)
        {
            if (turn.Role != Role.Tool)
                Release();
            foreach (var (result, media) in MediaOf(turn))
            {
                waiting.Add(new TextPart($"Attached to the result of the tool call {idOf(result.CallId)}:"));
                waiting.AddRange(media);
            }

            moved.Add(turn with { Parts = [.. turn.Parts.Select(WithoutMedia)] });
        }

        Release();
        return moved;

        void Release()
        {
            if (waiting.Count > 0)
                moved.Add(new Turn(Role.User, [.. waiting]));
            waiting.Clear();
        }
    }

    private static IEnumerable<(ToolResultPart Result, List<Part> Media)> MediaOf(Turn turn)
    {
        foreach (var result in turn.Parts.OfType<ToolResultPart>())
        {
            var media = result.Content.Where(part => part is not TextPart).ToList();
            if (media.Count > 0)
                yield return (result, media);
        }
    }

    private static Part WithoutMedia(Part part) => part is ToolResultPart result && result.Content.Any(each => each is not TextPart)
        ? result with { Content = [.. result.Content.Where(each => each is TextPart)] }
        : part;
}
