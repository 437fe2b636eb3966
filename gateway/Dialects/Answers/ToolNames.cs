using System.Security.Cryptography;
using System.Text;
using Dragoman.Conversation;

namespace Dragoman.Dialects.Answers;

/// <summary>
/// Gives tools names that a provider accepts, the same in definitions, tool choice and history, and restores the client's names
/// in the answer (P-9).
/// </summary>
public sealed class ToolNames
{
    private const int HashLetters = 10;

    private readonly Dictionary<string, string> originals;

    private ToolNames(Dictionary<string, string> originals) => this.originals = originals;

    /// <summary>The request with names that the provider accepts, and the object that restores them; null when all names are accepted already.</summary>
    public static (ChatRequest Request, ToolNames Names)? Adapt(ChatRequest request, ToolNameRule rule)
    {
        var given = Names(request).ToHashSet(StringComparer.Ordinal);
        if (given.All(rule.Takes))
            return null;
        var adapted = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in given)
            adapted[name] = rule.Takes(name) ? name : Shorten(name, rule);
        var renamed = request with
        {
            Tools = [.. request.Tools.Select(tool => tool with { Name = adapted[tool.Name] })],
            ToolChoice = request.ToolChoice is { Name: { } chosen } choice ? choice with { Name = adapted[chosen] } : request.ToolChoice,
            Turns = [.. request.Turns.Select(turn => turn with { Parts = [.. turn.Parts.Select(Rename)] })],
        };
        var originals = adapted.Where(pair => pair.Key != pair.Value).ToDictionary(pair => pair.Value, pair => pair.Key, StringComparer.Ordinal);
        return (renamed, new ToolNames(originals));

        Part Rename(Part part) => part switch
        {
            ToolCallPart call => call with { Name = adapted[call.Name] },
            ToolResultPart { ToolName: { } name } result => result with { ToolName = adapted[name] },
            _ => part,
        };
    }

    /// <summary>Forwards the events with the client's names.</summary>
    public IAnswerEvents Restoring(IAnswerEvents events) => new Filter(events, originals);

    private static IEnumerable<string> Names(ChatRequest request)
    {
        foreach (var tool in request.Tools)
            yield return tool.Name;
        if (request.ToolChoice?.Name is { } chosen)
            yield return chosen;
        foreach (var part in request.Turns.SelectMany(turn => turn.Parts))
        {
            if (part is ToolCallPart call)
                yield return call.Name;
            else if (part is ToolResultPart { ToolName: { } name })
                yield return name;
        }
    }

    /// <summary>The allowed beginning of the name and a hash of the whole name, so that different names stay different.</summary>
    private static string Shorten(string name, ToolNameRule rule)
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)))[..HashLetters];
        var kept = new StringBuilder();
        foreach (var letter in name)
            kept.Append(rule.Allowed.Contains(letter) ? letter : '_');
        if (kept.Length == 0 || (rule.StartsWithLetter && !char.IsAsciiLetter(kept[0]) && kept[0] != '_'))
            kept.Insert(0, '_');
        kept.Length = Math.Min(kept.Length, rule.Longest - HashLetters - 1);
        return $"{kept}_{hash}";
    }

    private sealed class Filter(IAnswerEvents next, Dictionary<string, string> originals) : AnswerFilter(next)
    {
        public override void ToolStart(int choice, int slot, string id, string name) =>
            Next.ToolStart(choice, slot, id, originals.GetValueOrDefault(name, name));
    }
}
