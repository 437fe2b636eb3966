using System.Buffers;
using Dragoman.Wire;

namespace Dragoman.Conversation;

/// <summary>
/// What a client asks of a model, free of any wire format (specs/dialects.md 0.1). Inbound dialects read it,
/// outbound dialects write it.
/// </summary>
public sealed record ChatRequest
{
    private const int SmallestBody = 1024;

    private readonly Prompt? prompt;

    /// <summary>The model's name exactly as the client wrote it.</summary>
    public required string Model { get; init; }

    /// <summary>The request's turns and bytes, until the answer begins. Copies of a request share one.</summary>
    public Prompt Prompt { get => prompt ?? Nothing; init => prompt = value; }

    /// <inheritdoc cref="Prompt.Turns"/>
    public IReadOnlyList<Turn> Turns { get => Prompt.Turns; init => prompt = prompt?.With(value) ?? new Prompt(value); }

    /// <summary>Set when the client wants plain text continued, without a chat template.</summary>
    public TextCompletion? Completion { get; init; }

    public bool Stream { get; init; }

    /// <summary>Whether a streamed answer ends with the token counts, where the inbound dialect leaves that to the client.</summary>
    public bool IncludeUsage { get; init; }

    public IReadOnlyList<ToolDefinition> Tools { get; init; } = [];

    /// <summary>Null: the client said nothing, which providers treat as automatic.</summary>
    public ToolChoice? ToolChoice { get; init; }

    public bool? ParallelToolCalls { get; init; }

    public OutputFormat? Format { get; init; }

    public Sampling Sampling { get; init; } = Sampling.Unset;

    public ReasoningRequest Reasoning { get; init; }

    /// <summary>Whether the oldest turns may be left out of a conversation that is longer than the model reads (specs/ollama.md 2.1).</summary>
    public bool DropsOldestTurns { get; init; }

    /// <summary>What the answer may be besides text; null: text alone.</summary>
    public AudioOutput? AudioOutput { get; init; }

    public RequestHints Hints { get; init; } = RequestHints.None;

    /// <summary>
    /// Members that mean something only to a provider of the client's own dialect family. Passed through they stay in
    /// <see cref="Source"/>; any other target refuses the request because of them.
    /// </summary>
    public IReadOnlyList<FamilyMember> FamilyMembers { get; init; } = [];

    /// <summary>
    /// Paths of members that only a provider of the client's family uses and whose loss changes no contract. Passed
    /// through they stay in <see cref="Source"/>; for any other target they are reported as dropped.
    /// </summary>
    public IReadOnlyList<string> FamilyHints { get; init; } = [];

    /// <summary>Request headers that belong to the dialect itself, for a provider of the same family.</summary>
    public IReadOnlyList<(string Name, string Value)> FamilyHeaders { get; init; } = [];

    /// <summary>For how long the model counts as loaded after this request; null: the client did not say.</summary>
    public TimeSpan? KeepAlive { get; init; }

    /// <summary>The client asks that the model be put away; means something only without a prompt (specs/ollama.md 2.1).</summary>
    public bool Unloads => KeepAlive == TimeSpan.Zero;

    /// <summary>The client's own JSON, for a provider that speaks the client's dialect.</summary>
    public JsonMembers? Source { get => Prompt.Source; init => prompt = prompt?.With(value) ?? new Prompt([], value); }

    /// <summary>
    /// Request members that the canonical model does not know, by name, as raw JSON. They go only to an outbound
    /// dialect of the same family (specs/dialects.md 2.16).
    /// </summary>
    public IReadOnlyDictionary<string, string> Extensions { get; init; } = NoExtensions;

    /// <summary>The dialect family that <see cref="Extensions"/> belongs to.</summary>
    public string Family { get; init; } = "";

    /// <summary>What the client makes of things that providers may lack.</summary>
    public ClientTraits Client { get; init; } = ClientTraits.Default;

    private static readonly Prompt Nothing = new([]);
    private static readonly Dictionary<string, string> NoExtensions = [];
    private static readonly HashSet<string> NoNames = [];

    /// <summary>How many answers come to the whole request.</summary>
    public int ExpectedChoices => (Sampling.Choices ?? 1) * (1 + (Completion?.FurtherPrompts.Count ?? 0));

    /// <summary>
    /// Whether the client shows the reasoning, so that it is worth its delay: OpenAI's clients when they say so, others
    /// unless they say not (specs/dialects.md 2.6).
    /// </summary>
    public bool ShowsReasoning =>
        !Reasoning.IsOff && (Reasoning.IsVisible ?? (Reasoning.Enabled == true && !Client.ShowsReasoningOnRequest));

    /// <summary>Lets go of the prompt, and of what was parsed for the sake of writing the request.</summary>
    public void Release()
    {
        Prompt.Release();
        Format?.Parsed.Release();
        foreach (var tool in Tools)
            tool.Parsed.Release();
    }

    /// <summary>About how many bytes are left after <see cref="Release"/>: what else can be large.</summary>
    public long RemainingBytes =>
        sizeof(char) * (Tools.Sum(tool => (long)(tool.Description?.Length ?? 0) + (tool.Parameters?.Length ?? 0) + (tool.FreeText?.Format?.Length ?? 0))
            + Extensions.Sum(member => (long)member.Value.Length)
            + (Completion is { } text ? text.Prompt.Length + (text.Suffix?.Length ?? 0) + text.FurtherPrompts.Sum(prompt => (long)prompt.Length) : 0)
            + (Format?.Schema?.Length ?? 0) + (Hints.Metadata?.Length ?? 0) + (Hints.Prediction?.Length ?? 0) + (Sampling.LogitBias?.Length ?? 0));

    /// <summary>Room for the request in another dialect, where it takes about as much as in the client's.</summary>
    public ArrayBufferWriter<byte> NewBody() => new(Math.Max(SmallestBody, Source is { Length: var length } ? length + (length / 8) : 0));

    /// <summary>Reports what a bare text to be continued has no place for.</summary>
    public void DropAllButPrompt(LossReport losses)
    {
        if (Turns.Any(turn => turn.Role is Role.System or Role.Developer))
            losses.Dropped("system");
        if (Turns.Any(turn => turn.Parts.Any(part => part is not TextPart)))
            losses.Dropped("images");
    }

    /// <summary>Reports a choice among no tools, which providers refuse, as left out (specs/dialects.md 2.3).</summary>
    public void DropToolChoice(LossReport losses)
    {
        if (ToolChoice is not null)
            losses.Dropped("tool_choice");
        if (ParallelToolCalls is not null)
            losses.Dropped("parallel_tool_calls");
    }

    /// <summary>The names of the tools that take free text, whose calls have to be told as such. Walks all tools: to be kept.</summary>
    public HashSet<string> FreeTextTools()
    {
        if (!Tools.Any(tool => tool.FreeText is not null))
            return NoNames;
        return new(Tools.Where(tool => tool.FreeText is not null).Select(tool => tool.Name), StringComparer.Ordinal);
    }
}
