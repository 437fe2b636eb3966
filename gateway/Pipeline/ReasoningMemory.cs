using Dragoman.Conversation;
using Dragoman.Wire;

namespace Dragoman.Pipeline;

/// <summary>
/// Remembers, by tool call, the reasoning and the opaque state that a model wants to see again in a tool loop, for
/// clients whose dialect has no place for it (specs/dialects.md 2.6). Bounded in number, size and time; what is lost is
/// reasoning, never an answer.
/// </summary>
/// <param name="clock">Measures how long an entry is kept.</param>
public sealed class ReasoningMemory(TimeProvider clock)
{
    /// <summary>Tool loops are over within minutes.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    private const int MostCharacters = 32 * 1024 * 1024;
    private const int MostCharactersOfOne = 1024 * 1024;

    private readonly Lock gate = new();
    private readonly Dictionary<(string Team, string CallId), LinkedListNode<Entry>> entries = [];
    private readonly LinkedList<Entry> byAge = [];
    private long characters;

    /// <summary>Passes an answer's events on and keeps what belongs to its tool calls.</summary>
    public IAnswerEvents Remembering(string team, IAnswerEvents events) => new Filter(events, this, team);

    /// <summary>The request with what is known of its assistant turns' tool calls.</summary>
    public ChatRequest Restore(string team, ChatRequest request)
    {
        if (!request.Turns.Any(turn => turn.ToolCalls.Any()))
            return request;
        return request with { Turns = [.. request.Turns.Select(turn => turn.ToolCalls.Any() ? Restore(team, turn) : turn)] };
    }

    private Turn Restore(string team, Turn turn)
    {
        var found = turn.ToolCalls.Select(call => Find(team, call.Id)).ToList();
        if (found.TrueForAll(each => each is null))
            return turn;
        var carriesOwn = turn.Parts.Any(part => part is ReasoningPart { State: not null });
        var parts = new List<Part>();
        var calls = 0;
        foreach (var part in turn.Parts)
        {
            if (part is not ToolCallPart call)
            {
                if (carriesOwn || part is not ReasoningPart)
                    parts.Add(part);
                continue;
            }

            var entry = found[calls];
            if (entry is not null && !carriesOwn)
                // Reasoning comes before all else that the first call follows.
                parts.InsertRange(calls == 0 ? 0 : parts.Count, entry.Reasoning);
            parts.Add(call.State is null && entry?.CallState is { } state ? call with { State = state } : call);
            calls++;
        }

        return turn with { Parts = parts };
    }

    private Entry? Find(string team, string callId)
    {
        lock (gate)
        {
            Forget(clock.GetUtcNow());
            return entries.TryGetValue((team, callId), out var node) ? node.Value : null;
        }
    }

    private void Keep(Entry entry)
    {
        if (entry.Characters > MostCharactersOfOne)
            return;
        lock (gate)
        {
            if (entries.TryGetValue(entry.Key, out var old))
                Remove(old);
            entries[entry.Key] = byAge.AddLast(entry);
            characters += entry.Characters;
            Forget(clock.GetUtcNow());
        }
    }

    private void Forget(DateTimeOffset now)
    {
        while (byAge.First is { } oldest && (now - oldest.Value.KeptAt > Lifetime || characters > MostCharacters))
            Remove(oldest);
    }

    private void Remove(LinkedListNode<Entry> node)
    {
        byAge.Remove(node);
        entries.Remove(node.Value.Key);
        characters -= node.Value.Characters;
    }

    private sealed record Entry((string Team, string CallId) Key, IReadOnlyList<ReasoningPart> Reasoning, OpaqueState? CallState, DateTimeOffset KeptAt)
    {
        private const int Overhead = 200;

        public int Characters { get; } =
            Overhead + (CallState?.Value.Length ?? 0) + Reasoning.Sum(part => part.Text.Length + (part.State?.Value.Length ?? 0));
    }

    private sealed class Filter(IAnswerEvents next, ReasoningMemory memory, string team) : AnswerFilter(next)
    {
        private readonly Dictionary<int, Choice> choices = [];

        public override void Reasoning(int choice, ReadOnlySpan<byte> escaped)
        {
            var words = ChoiceAt(choice).Words;
            if (words.Length < MostCharactersOfOne)
                words.Append(escaped);
            Next.Reasoning(choice, escaped);
        }

        public override void State(int choice, int? slot, OpaqueState state)
        {
            var at = ChoiceAt(choice);
            if (slot is { } call)
                at.Calls[call] = at.Calls[call] with { State = state };
            else
                at.CloseReasoning(state);
            Next.State(choice, slot, state);
        }

        public override void ToolStart(int choice, int slot, string id, string name)
        {
            var at = ChoiceAt(choice);
            at.CloseReasoning(null);
            at.Calls[slot] = new Call(id, [.. at.Before], null);
            at.Before.Clear();
            Next.ToolStart(choice, slot, id, name);
        }

        public override void Stop(int choice, StopReason reason, string? stopSequence = null)
        {
            foreach (var call in ChoiceAt(choice).Calls.Values)
            {
                if (call.State is not null || call.Reasoning.Any(part => part.State is not null))
                    memory.Keep(new Entry((team, call.Id), call.Reasoning, call.State, memory.Now));
            }

            Next.Stop(choice, reason, stopSequence);
        }

        private Choice ChoiceAt(int index) => choices.TryGetValue(index, out var choice) ? choice : choices[index] = new Choice();
    }

    private DateTimeOffset Now => clock.GetUtcNow();

    private sealed record Call(string Id, IReadOnlyList<ReasoningPart> Reasoning, OpaqueState? State);

    private sealed class Choice
    {
        public EscapedText Words { get; private set; } = new();

        /// <summary>Finished reasoning that no call has followed yet.</summary>
        public List<ReasoningPart> Before { get; } = [];

        public Dictionary<int, Call> Calls { get; } = [];

        public void CloseReasoning(OpaqueState? state)
        {
            if (Words.Length == 0 && state is null)
                return;
            Before.Add(new ReasoningPart(Words.ToString()) { State = state });
            Words = new EscapedText();
        }
    }
}
