using Dragoman.Conversation;
using Dragoman.Wire;

namespace Dragoman.Pipeline;

/// <summary>
/// Makes a conversation fit the model as Ollama does: by leaving out the oldest turns (specs/ollama.md 2.1). System
/// turns, the last user turn and what the model said last stay, and a tool call never parts from its results.
/// </summary>
internal static class OldestTurns
{
    /// <summary>The last of them drops all that may be dropped.</summary>
    public const int MostDrops = 6;

    private const double KeptByOneDrop = 0.75;

    /// <summary>A shorter request, or null when the client does not want one or nothing more may be left out.</summary>
    /// <param name="request">What the provider found too long.</param>
    /// <param name="contextLength">How many tokens the model is thought to read.</param>
    /// <param name="refusals">How often the provider has found this conversation too long, this time included.</param>
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
            // It holds all turns still.
            Source = null,
        };
    }

    /// <summary>A result that came late, after the next question.</summary>
    private static bool Answers(Turn turn, HashSet<string> calls) => turn.Parts.OfType<ToolResultPart>().Any(result => calls.Contains(result.CallId));

    /// <summary>
    /// Turns that go together, oldest first: before the last question a question with all that followed it, so that what
    /// is left still begins with a user; after it a step of the model with the results of its tools.
    /// </summary>
    private static List<List<int>> DroppableRounds(IReadOnlyList<Turn> turns)
    {
        var spoken = Enumerable.Range(0, turns.Count).Where(index => turns[index].Role is not (Role.System or Role.Developer)).ToList();
        // Some clients send the parts of one question as user turns in a row (specs/ollama.md 4.1).
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

        // What the model did last is what it goes on from.
        if (lastOfQuestion < spoken.Count - 1 && rounds.Count > 0)
            rounds.RemoveAt(rounds.Count - 1);
        return rounds;
    }
}
