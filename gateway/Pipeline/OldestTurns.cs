using Dragoman.Conversation;
using Dragoman.Wire;

namespace Dragoman.Pipeline;

/// <summary>
/// Makes a conversation fit the model as Ollama does, by dropping the oldest turns (specs/ollama.md 2.1). System turns, the
/// last user turn and the model's last turns are kept, and a tool call is never separated from its results.
/// </summary>
internal static class OldestTurns
{
    /// <summary>The most drops for one target; the last one drops every turn that may be dropped.</summary>
    public const int MostDrops = 6;

    private const double KeptByOneDrop = 0.75;

    /// <summary>Returns a shorter request; null when the client does not want one, or no more turns may be dropped.</summary>
    /// <param name="request">The request that the provider found too long.</param>
    /// <param name="contextLength">The model's assumed context length, in tokens.</param>
    /// <param name="refusals">How often the provider has found this conversation too long, including this time.</param>
    public static ChatRequest? Drop(ChatRequest request, int contextLength, int refusals)
    {
        if (!request.DropsOldestTurns || refusals > MostDrops)
            return null;
        SocketThread.AssertMayProcess(request.Source?.Length ?? 0);
        var tokens = request.Turns.Select(TokenEstimate.Of).ToArray();
        var total = tokens.Sum();
        var aim = refusals == MostDrops ? 0 : Math.Min(contextLength, total * KeptByOneDrop);
        var dropped = new bool[tokens.Length];
        foreach (var round in DroppableRounds(request.Turns))
        {
            foreach (var index in round)
            {
                dropped[index] = true;
                total -= tokens[index];
            }

            if (total <= aim)
                break;
        }

        if (Array.IndexOf(dropped, true) < 0)
            return null;
        var calls = request.Turns.Where((_, index) => dropped[index]).SelectMany(turn => turn.ToolCalls).Select(call => call.Id).ToHashSet();
        return request with
        {
            Turns = [.. request.Turns.Where((turn, index) => !dropped[index] && !Answers(turn, calls))],
            // The source still has all turns.
            Source = null,
        };
    }

    /// <summary>Whether a turn has the result of a dropped call; a late result may come after the next question.</summary>
    private static bool Answers(Turn turn, HashSet<string> calls) => turn.Parts.OfType<ToolResultPart>().Any(result => calls.Contains(result.CallId));

    /// <summary>
    /// The groups of turns that are dropped together, oldest first. Before the last question, a group is a question and everything
    /// after it, so that the rest still begins with a user turn; after it, a group is a turn of the model with the results of its tools.
    /// </summary>
    private static List<List<int>> DroppableRounds(IReadOnlyList<Turn> turns)
    {
        var spoken = Enumerable.Range(0, turns.Count).Where(index => turns[index].Role is not (Role.System or Role.Developer)).ToList();
        // Some clients send the parts of one question as consecutive user turns (specs/ollama.md 4.1).
        var lastOfQuestion = spoken.FindLastIndex(index => turns[index].Role == Role.User);
        var firstOfQuestion = lastOfQuestion;
        while (firstOfQuestion > 0 && turns[spoken[firstOfQuestion - 1]].Role == Role.User)
            firstOfQuestion--;

        var rounds = new List<List<int>>();
        for (var place = 0; place < spoken.Count; place++)
        {
            if (place >= firstOfQuestion && place <= lastOfQuestion)
                continue;
            var role = turns[spoken[place]].Role;
            var begins = place == 0
                || place == lastOfQuestion + 1
                || (place < firstOfQuestion ? role == Role.User && turns[spoken[place - 1]].Role != Role.User : role != Role.Tool);
            if (begins)
                rounds.Add([]);
            rounds[^1].Add(spoken[place]);
        }

        // The model continues from its last turn, so that one is kept.
        if (lastOfQuestion < spoken.Count - 1 && rounds.Count > 0)
            rounds.RemoveAt(rounds.Count - 1);
        return rounds;
    }
}
