using Dragoman.Conversation;
using Dragoman.Locales;

namespace Dragoman.Dialects.Gemini.Outbound;

/// <summary>A conversation in the order that Gemini requires: separate instructions, then user and model in alternation.</summary>
/// <param name="Instructions">The instructions, which precede everything else.</param>
/// <param name="Contents">At least one content. User and model alternate.</param>
internal sealed record GeminiConversation(IReadOnlyList<TextPart> Instructions, IReadOnlyList<GeminiContent> Contents)
{
    /// <exception cref="GatewayException">A tool call of the history has no result.</exception>
    public static GeminiConversation Of(ChatRequest request, GeminiModel model, LossReport losses)
    {
        for (var index = 0; index < request.Turns.Count; index++)
        {
            if (request.Turns[index].Name is not null)
                losses.Dropped($"messages[{index}].name");
        }

        var leading = request.Turns.TakeWhile(IsInstruction).ToList();
        // Gemini rejects a conversation of instructions alone, but Ollama and OpenAI answer it.
        var asksNothing = leading.Count == request.Turns.Count;
        var contents = new List<GeminiContent>();
        var isReminded = false;
        foreach (var turn in asksNothing ? request.Turns : request.Turns.Skip(leading.Count))
        {
            if (IsInstruction(turn) && !asksNothing)
            {
                isReminded = true;
                Add(contents, isModel: false, [new TextPart($"<system-reminder>\n{turn.Text}\n</system-reminder>")]);
            }
            else
            {
                Add(contents, turn.Role == Role.Assistant, turn.Parts);
            }
        }

        List<TextPart> instructions = asksNothing ? [] : [.. leading.Select(turn => new TextPart(turn.Text)).Where(part => part.Text.Length > 0)];
        if (contents.Count == 0)
            contents.Add(new GeminiContent(false, [new TextPart(" ")]));
        OrderResults(contents, model, losses);
        var isPrepended = model.IsGemma && instructions.Count > 0;
        if (isPrepended)
        {
            Prepend(contents, string.Join("\n\n", instructions.Select(part => part.Text)));
            instructions = [];
        }

        if (isReminded || isPrepended || (asksNothing && request.Turns.Count > 0))
            losses.Emulated("system");
        return new GeminiConversation(instructions, contents);
    }

    private static bool IsInstruction(Turn turn) => turn.Role is Role.System or Role.Developer;

    /// <summary>Adds parts without the empty ones, which Gemini rejects unless they carry a signature (P-51, specs/dialects.md 2.6).</summary>
    private static void Add(List<GeminiContent> contents, bool isModel, IEnumerable<Part> parts)
    {
        List<Part> shown = [.. parts.Where(part => part is not TextPart { Text: "", State: null })];
        if (shown.Count == 0)
            return;
        if (contents is [.., var last] && last.IsModel == isModel)
            last.Parts.AddRange(shown);
        else
            contents.Add(new GeminiContent(isModel, shown));
    }

    private static void Prepend(List<GeminiContent> contents, string instructions)
    {
        var first = contents.Find(content => !content.IsModel);
        if (first is null)
            contents.Insert(0, new GeminiContent(false, [new TextPart(instructions)]));
        else if (first.Parts[0] is TextPart text)
            first.Parts[0] = text with { Text = $"{instructions}\n\n{text.Text}" };
        else
            first.Parts.Insert(0, new TextPart(instructions));
    }

    /// <summary>Puts the results of a turn first in one content: one for each call, in the order of the calls (P-27).</summary>
    private static void OrderResults(List<GeminiContent> contents, GeminiModel model, LossReport losses)
    {
        var movesMedia = false;
        for (var index = 0; index < contents.Count; index++)
        {
            if (!contents[index].IsModel)
                continue;
            var calls = contents[index].Parts.OfType<ToolCallPart>().ToList();
            if (calls.Count == 0)
                continue;
            var answer = index + 1 < contents.Count ? contents[index + 1].Parts : [];
            var byCall = new Dictionary<string, ToolResultPart>(StringComparer.Ordinal);
            foreach (var result in answer.OfType<ToolResultPart>())
                byCall.TryAdd(result.CallId, result);
            var results = calls.ConvertAll(call => byCall.GetValueOrDefault(call.Id) ?? throw Missing(call));
            var others = answer.Where(part => part is not ToolResultPart).ToList();
            answer.Clear();
            answer.AddRange(results.Select((result, place) => result with { ToolName = calls[place].Name }));
            if (!model.TakesMediaInToolResults)
                movesMedia |= MoveMedia(answer);
            answer.AddRange(others);
        }

        if (movesMedia)
            losses.Emulated("tool result media");
    }

    private static GatewayException Missing(ToolCallPart call) => GatewayException.Invalid(
        "messages",
        TargetText.CallWithoutResult(call.Id));

    /// <summary>Before Gemini 3 a result cannot hold media. They follow the results, under a caption that names the call.</summary>
    private static bool MoveMedia(List<Part> answer)
    {
        var moved = new List<Part>();
        for (var place = 0; place < answer.Count; place++)
        {
            if (answer[place] is not ToolResultPart result || result.Content.All(part => part is TextPart))
                continue;
            moved.Add(new TextPart($"Attached to the result of the tool call {result.CallId} ({result.ToolName}):"));
            moved.AddRange(result.Content.Where(part => part is not TextPart));
            answer[place] = result with { Content = [.. result.Content.Where(part => part is TextPart)] };
        }

        answer.AddRange(moved);
        return moved.Count > 0;
    }
}
