using Dragoman.Conversation;
using Dragoman.Locales;

namespace Dragoman.Dialects.Requests;

/// <summary>
/// Gives every tool call an id and every tool result its call. Clients lose ids (specs/ollama.md 4.2), so a result is paired by
/// id, else with the first unanswered call of the tool's name, else with the first unanswered call. Every call is skipped at
/// most once in each of the three orders, so that a whole conversation takes linear time.
/// </summary>
public sealed class ToolCallPairing
{
    private readonly List<KnownCall> calls = [];
    private readonly Dictionary<string, Queue<int>> byId = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Queue<int>> byName = new(StringComparer.Ordinal);

    /// <summary>The index from which to look for the first call without a result; all calls before it have one.</summary>
    private int firstWaiting;

    /// <summary>Registers a call of the assistant, with an id made from its position when the client gave none.</summary>
    public ToolCallPart Call(string? id, string name, string arguments)
    {
        var known = string.IsNullOrEmpty(id) ? $"call_{calls.Count:d8}" : id;
        Add(byId, known);
        Add(byName, name);
        calls.Add(new KnownCall(known, name));
        return new ToolCallPart(known, name, arguments);
    }

    /// <summary>Finds the call that a result belongs to.</summary>
    /// <exception cref="GatewayException">No call is waiting for a result.</exception>
    public ToolResultPart Result(string? id, string? toolName, IReadOnlyList<Part> content, string field)
    {
        var waiting = (string.IsNullOrEmpty(id) ? null : FirstWaiting(byId, id))
            ?? (string.IsNullOrEmpty(toolName) ? null : FirstWaiting(byName, toolName))
            ?? FirstWaiting();
        return waiting is null
            ? throw GatewayException.Invalid(field, RequestText.ResultWithoutCall(field))
            : Answer(waiting, content);
    }

    /// <summary>Finds the call that a result names, where clients keep ids (specs/dialects.md 2.4).</summary>
    /// <exception cref="GatewayException">No call of that id is waiting for a result.</exception>
    public ToolResultPart ResultOf(string id, IReadOnlyList<Part> content, string field)
    {
        if (FirstWaiting(byId, id) is { } waiting)
            return Answer(waiting, content);
        throw GatewayException.Invalid(field, byId.ContainsKey(id)
            ? RequestText.SecondResult(field, id)
            : RequestText.UnknownCall(field, id));
    }

    private void Add(Dictionary<string, Queue<int>> index, string key)
    {
        if (!index.TryGetValue(key, out var places))
            index[key] = places = new Queue<int>(1);
        places.Enqueue(calls.Count);
    }

    /// <summary>The first unanswered call of a key. Calls that were answered in another order are removed from this one.</summary>
    private KnownCall? FirstWaiting(Dictionary<string, Queue<int>> index, string key)
    {
        if (!index.TryGetValue(key, out var places))
            return null;
        while (places.TryPeek(out var place))
        {
            if (!calls[place].IsAnswered)
                return calls[place];
            places.Dequeue();
        }

        return null;
    }

    private KnownCall? FirstWaiting()
    {
        while (firstWaiting < calls.Count && calls[firstWaiting].IsAnswered)
            firstWaiting++;
        return firstWaiting < calls.Count ? calls[firstWaiting] : null;
    }

    private static ToolResultPart Answer(KnownCall call, IReadOnlyList<Part> content)
    {
        call.IsAnswered = true;
        return new ToolResultPart(call.Id, call.Name, content, IsError: false);
    }

    private sealed class KnownCall(string id, string name)
    {
        public string Id => id;

        public string Name => name;

        public bool IsAnswered { get; set; }
    }
}
