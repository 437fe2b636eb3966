using Dragoman.Conversation;
using Dragoman.Locales;

namespace Dragoman.Dialects.Anthropic.Outbound;

/// <summary>
/// A conversation in the order that Anthropic accepts: the leading instructions are separate, consecutive turns of one
/// side are joined, and nothing is empty (specs/dialects.md 2.1, 2.4).
/// </summary>
internal sealed class AnthropicConversation
{
    /// <summary>The text of the user message that is inserted before a leading assistant message.</summary>
    private const string Placeholder = ".";

    private readonly AnthropicModel model;
    private readonly string upstreamModel;
    private readonly LossReport losses;

    private AnthropicConversation(AnthropicModel model, string upstreamModel, LossReport losses)
    {
        this.model = model;
        this.upstreamModel = upstreamModel;
        this.losses = losses;
    }

    /// <summary>The blocks of the request's <c>system</c>.</summary>
    public List<TextPart> System { get; } = [];

    public List<AnthropicMessage> Messages { get; } = [];

    /// <summary>
    /// False when the last assistant message lacks the leading thinking that models with a thinking budget require (P-17).
    /// </summary>
    public bool AllowsThinking
    {
        get
        {
            var last = Messages.FindLast(message => message.Role == Role.Assistant);
            return last is null || last.Parts[0] is ReasoningPart || (last != Messages[^1] && !last.Parts.Exists(part => part is ToolCallPart));
        }
    }

    /// <exception cref="GatewayException">The provider does not support something whose loss would change the meaning.</exception>
    public static AnthropicConversation Of(ChatRequest request, AnthropicModel model, string upstreamModel, LossReport losses)
    {
        CallState.Drop(request.Turns, losses);
        var conversation = new AnthropicConversation(model, upstreamModel, losses);
        conversation.Read(request.Turns);
        return conversation;
    }

    private void Read(IReadOnlyList<Turn> turns)
    {
        var leading = 0;
        for (; leading < turns.Count && IsInstruction(turns[leading].Role); leading++)
            System.AddRange(InstructionsOf(turns[leading]));
        var messages = new List<AnthropicMessage>();
        for (var index = 0; index < turns.Count; index++)
        {
            if (turns[index].Name is not null)
                losses.Dropped($"messages[{index}].name");
            if (index >= leading)
                Append(messages, SideOf(turns[index].Role), PartsOf(turns[index]));
        }

        foreach (var (message, place) in messages.Select((message, place) => (message, place)))
        {
            if (message.Role != Role.System || MayStand(messages, place))
                Append(Messages, message.Role, message.Parts);
            else
                Append(Messages, Role.User, Reminders(message));
        }

        EnsureUserBegins();
        FinishEnd();
        foreach (var message in Messages.Where(message => message.Role == Role.User))
            PutResultsFirst(message.Parts);
    }

    /// <summary>Whether the model accepts instructions here: behind a user message, before an assistant message or last (specs/dialects.md 1.3).</summary>
    private bool MayStand(List<AnthropicMessage> messages, int place) =>
        model.TakesSystemMessages
        && place > 0 && messages[place - 1].Role == Role.User
        && (place == messages.Count - 1 || messages[place + 1].Role == Role.Assistant);

    private List<Part> Reminders(AnthropicMessage instructions)
    {
        losses.Emulated("system");
        return [.. instructions.Parts.Cast<TextPart>().Select(part => part with { Text = $"<system-reminder>\n{part.Text}\n</system-reminder>" })];
    }

    private void EnsureUserBegins()
    {
        // A conversation of instructions alone is answered too, because Ollama and OpenAI answer it.
        if (Messages.Count == 0 && System.Count > 0)
        {
            losses.Emulated("system");
            Messages.Add(new AnthropicMessage(Role.User, [System[^1]]));
            System.RemoveAt(System.Count - 1);
        }

        if (Messages.Count == 0)
            throw GatewayException.Invalid("messages", TargetText.OnlyEmptyText);
        if (Messages[0].Role == Role.User)
            return;
        losses.Emulated("messages");
        Messages.Insert(0, new AnthropicMessage(Role.User, [new TextPart(Placeholder)]));
    }

    /// <summary>An answer to be continued must not end in white space, and later models do not accept one (P-20, P-51).</summary>
    private void FinishEnd()
    {
        if (Messages[^1] is not { Role: Role.Assistant, Parts: var parts })
            return;
        if (!model.TakesPrefill)
            throw GatewayException.Invalid("messages", TargetText.EndsWithAssistant(upstreamModel));
        parts[^1] = parts[^1] switch
        {
            TextPart text => text with { Text = text.Text.TrimEnd() },
            RefusalPart refusal => refusal with { Text = refusal.Text.TrimEnd() },
            var other => other,
        };
    }

    private static void PutResultsFirst(List<Part> parts)
    {
        List<Part> ordered = [.. parts.Where(part => part is ToolResultPart), .. parts.Where(part => part is not ToolResultPart)];
        parts.Clear();
        parts.AddRange(ordered);
    }

    private static void Append(List<AnthropicMessage> messages, Role role, List<Part> parts)
    {
        if (parts.Count == 0)
            return;
        if (messages.Count > 0 && messages[^1].Role == role)
            messages[^1].Parts.AddRange(parts);
        else
            messages.Add(new AnthropicMessage(role, [.. parts]));
    }

    private List<Part> PartsOf(Turn turn)
    {
        if (IsInstruction(turn.Role))
            return [.. InstructionsOf(turn)];
        if (turn.Role != Role.Assistant)
            return [.. turn.Parts.Where(part => !IsBlank(part))];
        var spoken = turn.Parts.Where(MayBeSaid).ToList();
        // Anthropic rejects an assistant message that holds only thinking.
        if (spoken.Count > 0 && spoken.TrueForAll(part => part is ReasoningPart))
        {
            losses.Dropped("reasoning");
            return [];
        }

        return spoken;
    }

    /// <summary>Whether Anthropic accepts the part in an assistant message. It accepts thinking only from the same model (P-18, P-19).</summary>
    private bool MayBeSaid(Part part)
    {
        switch (part)
        {
            case ReasoningPart { State: { } state } when IsOurs(state):
                return true;
            case ReasoningPart:
                losses.Dropped("reasoning");
                return false;
            case ImagePart or AudioPart or DocumentPart:
                losses.Dropped("assistant media");
                return false;
            default:
                return !IsBlank(part);
        }
    }

    private bool IsOurs(OpaqueState state) =>
        state.Value.Length > 0 && (state.BelongsTo(StateKind.AnthropicSignature, upstreamModel) || state.BelongsTo(StateKind.AnthropicRedacted, upstreamModel));

    private static IEnumerable<TextPart> InstructionsOf(Turn turn)
    {
        if (turn.Parts.Any(part => part is not TextPart))
            throw GatewayException.Invalid("messages", TargetText.OnlyTextInstructions);
        return turn.Parts.OfType<TextPart>().Where(part => !IsBlank(part));
    }

    private static bool IsBlank(Part part) => part switch
    {
        TextPart text => string.IsNullOrWhiteSpace(text.Text),
        RefusalPart refusal => string.IsNullOrWhiteSpace(refusal.Text),
        _ => false,
    };

    private static bool IsInstruction(Role role) => role is Role.System or Role.Developer;

    private static Role SideOf(Role role) => role switch
    {
        Role.Assistant => Role.Assistant,
        Role.System or Role.Developer => Role.System,
        _ => Role.User,
    };
}
