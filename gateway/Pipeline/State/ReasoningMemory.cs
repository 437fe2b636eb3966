using Dragoman.Conversation;
using Dragoman.Dialects.Answers;
using Dragoman.Wire;

namespace Dragoman.Pipeline.State;

/// <summary>
/// Remembers the reasoning and the opaque state that a model needs again in a tool loop, for clients whose dialect cannot
/// carry them (specs/dialects.md 2.6). The memory is bounded in size and time. When an entry is dropped, the model loses
/// reasoning, but the request still gets its answer.
/// </summary>
/// <remarks>
/// A call whose id cannot be guessed is found by its client and its id, even if the client trims or edits its history. Any
/// other call is found by its client, the whole conversation before it, its name and its arguments, so that no client gets
/// the reasoning of another conversation.
/// </remarks>
/// <param name="clock">Measures how long an entry is kept.</param>
public sealed class ReasoningMemory(TimeProvider clock)
{
    /// <summary>How long an entry is kept. Tool loops end within minutes.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    private const int MostCharacters = 32 * 1024 * 1024;
    private const int MostCharactersOfOne = 1024 * 1024;

    private readonly Lock gate = new();
    private readonly Dictionary<UInt128, LinkedListNode<Entry>> entries = [];
    private readonly LinkedList<Entry> byAge = [];
    private long characters;

    private DateTimeOffset Now => clock.GetUtcNow();

    /// <summary>Returns what is remembered of one conversation; null when it has neither tools nor tool calls.</summary>
    /// <param name="owner">The owner of the conversation.</param>
    /// <param name="request">The request as the client sent it; a shortened one counts as another conversation.</param>
    public Conversation? Of(string owner, ChatRequest request) =>
        request.Tools.Count > 0 || request.Turns.Any(turn => turn.ToolCalls.Any())
            ? new Conversation(this, owner, new ConversationDigest(owner, request.Turns))
            : null;

    private Entry? Find(UInt128 key)
    {
        lock (gate)
        {
            Forget(Now);
            return entries.TryGetValue(key, out var node) ? node.Value : null;
        }
    }

    private void Keep(Entry entry)
    {
        if (entry.Characters > MostCharactersOfOne)
            return;
        lock (gate)
        {
            var node = byAge.AddLast(entry);
            characters += entry.Characters;
            // A second answer to the same question takes over the keys of the first; the first entry then expires unused.
            foreach (var key in entry.Keys)
                entries[key] = node;
            Forget(Now);
        }
    }

    private void Forget(DateTimeOffset now)
    {
        while (byAge.First is { } oldest && (now - oldest.Value.KeptAt > Lifetime || characters > MostCharacters))
        {
            byAge.Remove(oldest);
            characters -= oldest.Value.Characters;
            foreach (var key in oldest.Value.Keys)
            {
                if (entries.TryGetValue(key, out var node) && node == oldest)
                    entries.Remove(key);
            }
        }
    }

    /// <summary>One conversation of one client, up to the answer that the request asks for.</summary>
    public sealed class Conversation
    {
        private readonly ReasoningMemory memory;
        private readonly string owner;
        private readonly ConversationDigest digest;

        internal Conversation(ReasoningMemory memory, string owner, ConversationDigest digest)
        {
            this.memory = memory;
            this.owner = owner;
            this.digest = digest;
        }

        /// <summary>Wraps an answer's events: forwards them and remembers the reasoning and state of its tool calls.</summary>
        public IAnswerEvents Remembering(IAnswerEvents events) => new Filter(events, memory, owner, digest.Whole);

        /// <summary>Returns the request with the remembered reasoning and state in its assistant turns with tool calls.</summary>
        /// <param name="request">The request of this conversation, complete or with fewer turns.</param>
        public ChatRequest Restore(ChatRequest request)
        {
            if (!request.Turns.Any(turn => turn.ToolCalls.Any()))
                return request;
            return request with { Turns = [.. request.Turns.Select(turn => turn.ToolCalls.Any() ? Restore(turn) : turn)] };
        }

        private Turn Restore(Turn turn)
        {
            var found = FindAll(turn);
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
                    // The reasoning of the first call comes before everything else in the turn.
                    parts.InsertRange(calls == 0 ? 0 : parts.Count, entry.Reasoning);
                parts.Add(call.State is null && entry?.CallState is { } state ? call with { State = state } : call);
                calls++;
            }

            return turn with { Parts = parts };
        }

        private List<Entry?> FindAll(Turn turn)
        {
            var found = new List<Entry?>();
            var equals = new Occurrences();
            foreach (var call in turn.ToolCalls)
            {
                var occurrence = equals.Count(call.Name, call.Arguments);
                var entry = IsUnguessable(call.Id) ? memory.Find(ConversationDigest.OfCall(owner, call.Id, call.Name, call.Arguments)) : null;
                if (entry is null && digest.Before(turn) is { } point)
                    entry = memory.Find(ConversationDigest.OfCall(point, call.Name, call.Arguments, occurrence));
                found.Add(entry);
            }

            return found;
        }

        /// <summary>
        /// Whether an id is long and varied enough to be random, so that a client that knows it received it from the gateway. Some
        /// servers number their calls instead.
        /// </summary>
        private static bool IsUnguessable(string id)
        {
            const int shortest = 20;
            const int fewestDifferent = 8;
            for (var start = 0; start < id.Length; start++)
            {
                var end = start;
                while (end < id.Length && char.IsAsciiLetterOrDigit(id[end]))
                    end++;
                var run = id.AsSpan(start, end - start);
                if (run.Length >= shortest && run.ContainsAnyInRange('0', '9') && run.ContainsAnyExceptInRange('0', '9') && Different(run) >= fewestDifferent)
                    return true;
                start = end;
            }

            return false;
        }

        private static int Different(ReadOnlySpan<char> letters)
        {
            UInt128 seen = 0;
            foreach (var letter in letters)
                seen |= UInt128.One << letter;
            return (int)UInt128.PopCount(seen);
        }

        /// <summary>Holds the digest, not the conversation: a streamed answer would keep all turns in memory for minutes.</summary>
        private sealed class Filter(IAnswerEvents next, ReasoningMemory memory, string owner, UInt128 point) : AnswerFilter(next)
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
                at.Calls[slot] = new Call(id, name, new EscapedText(), [.. at.Before], null);
                at.Before.Clear();
                Next.ToolStart(choice, slot, id, name);
            }

            public override void ToolArguments(int choice, int slot, ReadOnlySpan<byte> escaped)
            {
                var arguments = ChoiceAt(choice).Calls[slot].Arguments;
                // Arguments that were cut never match in a lookup.
                if (arguments.Length < MostCharactersOfOne)
                    arguments.Append(escaped);
                Next.ToolArguments(choice, slot, escaped);
            }

            public override void Stop(int choice, StopReason reason, string? stopSequence = null)
            {
                Keep(ChoiceAt(choice).Calls.OrderBy(call => call.Key).Select(call => call.Value));
                Next.Stop(choice, reason, stopSequence);
            }

            private void Keep(IEnumerable<Call> calls)
            {
                var equals = new Occurrences();
                foreach (var call in calls)
                {
                    var arguments = call.Arguments.Length == 0 ? "{}" : call.Arguments.ToString();
                    call.Arguments.Release();
                    var occurrence = equals.Count(call.Name, arguments);
                    if (call.State is null && !call.Reasoning.Any(part => part.State is not null))
                        continue;
                    List<UInt128> keys = [ConversationDigest.OfCall(point, call.Name, arguments, occurrence)];
                    if (IsUnguessable(call.Id))
                        keys.Add(ConversationDigest.OfCall(owner, call.Id, call.Name, arguments));
                    memory.Keep(new Entry(keys, call.Reasoning, call.State, memory.Now));
                }
            }

            private Choice ChoiceAt(int index) => choices.TryGetValue(index, out var choice) ? choice : choices[index] = new Choice();
        }
    }

    private sealed record Entry(IReadOnlyList<UInt128> Keys, IReadOnlyList<ReasoningPart> Reasoning, OpaqueState? CallState, DateTimeOffset KeptAt)
    {
        private const int Overhead = 300;

        public int Characters { get; } =
            Overhead + (CallState?.Value.Length ?? 0) + Reasoning.Sum(part => part.Text.Length + (part.State?.Value.Length ?? 0));
    }

    private sealed record Call(string Id, string Name, EscapedText Arguments, IReadOnlyList<ReasoningPart> Reasoning, OpaqueState? State);

    /// <summary>Counts the calls of an answer that differ only in their ids; their order distinguishes them.</summary>
    private sealed class Occurrences
    {
        private Dictionary<UInt128, int>? counts;

        public int Count(string name, string arguments)
        {
            counts ??= [];
            var key = ConversationDigest.OfCall(default, name, arguments, 0);
            var count = counts.GetValueOrDefault(key);
            counts[key] = count + 1;
            return count;
        }
    }

    private sealed class Choice
    {
        public EscapedText Words { get; private set; } = new();

        /// <summary>Complete reasoning parts that wait for the next call.</summary>
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
