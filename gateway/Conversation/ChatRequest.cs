using System.Buffers;
using Dragoman.Wire;

namespace Dragoman.Conversation;

/// <summary>
/// A client's request to a model, independent of any wire format (specs/dialects.md 0.1). Inbound dialects read it,
/// outbound dialects write it.
/// </summary>
public sealed record ChatRequest
{
    private const int SmallestBody = 1024;

    private readonly Prompt? prompt;

    /// <summary>The model's name exactly as the client wrote it.</summary>
    public required string Model { get; init; }

    /// <summary>The request's turns and bytes, which are kept until the answer begins. Copies of a request share one prompt.</summary>
    public Prompt Prompt { get => prompt ?? Nothing; init => prompt = value; }

    /// <inheritdoc cref="Prompt.Turns"/>
    public IReadOnlyList<Turn> Turns { get => Prompt.Turns; init => prompt = prompt?.With(value) ?? new Prompt(value); }

    /// <summary>The text to continue without a chat template; null when the request is a chat.</summary>
    public TextCompletion? Completion { get; init; }

    public bool Stream { get; init; }

    /// <summary>Whether a streamed answer ends with the token counts, in inbound dialects that let the client choose.</summary>
    public bool IncludeUsage { get; init; }

    public IReadOnlyList<ToolDefinition> Tools { get; init; } = [];

    /// <summary>Null when the client did not say. Providers treat that as automatic.</summary>
    public ToolChoice? ToolChoice { get; init; }

    public bool? ParallelToolCalls { get; init; }

    public OutputFormat? Format { get; init; }

    public Sampling Sampling { get; init; } = Sampling.Unset;

    /// <summary>Whether <see cref="Sampling.MaxOutputTokens"/> comes from the gateway, and is not in the client's own JSON.</summary>
    public bool IsLimited { get; init; }

    public ReasoningRequest Reasoning { get; init; }

    /// <summary>Whether the gateway may drop the oldest turns of a conversation that is longer than the context window (specs/ollama.md 2.1).</summary>
    public bool DropsOldestTurns { get; init; }

    /// <summary>The audio that the answer may contain besides text; null when it is text only.</summary>
    public AudioOutput? AudioOutput { get; init; }

    public RequestHints Hints { get; init; } = RequestHints.None;

    /// <summary>
    /// Members that only a provider of the client's own dialect family understands. In a passed-through request they stay
    /// in <see cref="Source"/>. For any other target the gateway rejects the request because of them.
    /// </summary>
    public IReadOnlyList<FamilyMember> FamilyMembers { get; init; } = [];

    /// <summary>
    /// Paths of members that only a provider of the client's family uses and whose loss breaks no contract. In a
    /// passed-through request they stay in <see cref="Source"/>. For any other target they are reported as dropped.
    /// </summary>
    public IReadOnlyList<string> FamilyHints { get; init; } = [];

    /// <summary>Request headers that belong to the dialect itself, for a provider of the same family.</summary>
    public IReadOnlyList<(string Name, string Value)> FamilyHeaders { get; init; } = [];

    /// <summary>How long the model counts as loaded after this request; null when the client did not say.</summary>
    public TimeSpan? KeepAlive { get; init; }

    /// <summary>Whether the client asks to unload the model. It has a meaning only in a request without a prompt (specs/ollama.md 2.1).</summary>
    public bool Unloads => KeepAlive == TimeSpan.Zero;

    /// <summary>The client's own JSON, for a provider that speaks the client's dialect.</summary>
    public JsonMembers? Source { get => Prompt.Source; init => prompt = prompt?.With(value) ?? new Prompt([], value); }

    /// <summary>
    /// Request members that the canonical model does not have: names and raw JSON. They are sent only by an outbound dialect
    /// of the same family (specs/dialects.md 2.16).
    /// </summary>
    public IReadOnlyDictionary<string, string> Extensions { get; init; } = NoExtensions;

    /// <summary>The dialect family that <see cref="Extensions"/> belongs to.</summary>
    public string Family { get; init; } = "";

    /// <summary>How the client treats features that a provider may lack.</summary>
    public ClientTraits Client { get; init; } = ClientTraits.Default;

    private static readonly Prompt Nothing = new([]);
    private static readonly Dictionary<string, string> NoExtensions = [];
    private static readonly HashSet<string> NoNames = [];

    /// <summary>How many choices the answer to the whole request has.</summary>
    public int ExpectedChoices => (Sampling.Choices ?? 1) * (1 + (Completion?.FurtherPrompts.Count ?? 0));

    /// <summary>The request with a limit for an answer that the client did not limit.</summary>
    /// <param name="tokens">The most tokens of all choices together.</param>
    public ChatRequest LimitedTo(long tokens) => this with
    {
        Sampling = Sampling with { MaxOutputTokens = (int)Math.Clamp(tokens / ExpectedChoices, 1, int.MaxValue) },
        IsLimited = true,
    };

    /// <summary>
    /// Whether the client shows the reasoning, so that it is worth the delay. Without <see cref="ReasoningRequest.IsVisible"/>,
    /// a client that enabled reasoning shows it, except OpenAI's clients (specs/dialects.md 2.6).
    /// </summary>
    public bool ShowsReasoning =>
        !Reasoning.IsOff && (Reasoning.IsVisible ?? (Reasoning.Enabled == true && !Client.ShowsReasoningOnRequest));

    /// <summary>The request with the JSON that it was read from. Call it once, when the request was read.</summary>
    public ChatRequest From(JsonMembers? source)
    {
        if (prompt is null)
            return this with { Source = source };
        prompt.ReadFrom(source);
        return this;
    }

    /// <summary>Releases the prompt and the schemas that were parsed to write the request.</summary>
    public void Release()
    {
        Prompt.Release();
        Format?.Parsed.Release();
        foreach (var tool in Tools)
            tool.Parsed.Release();
    }

    /// <summary>About how many bytes remain after <see cref="Release"/>. Only members that can be large are counted.</summary>
    public long RemainingBytes =>
        sizeof(char) * (Tools.Sum(tool => (long)(tool.Description?.Length ?? 0) + (tool.Parameters?.Length ?? 0) + (tool.FreeText?.Format?.Length ?? 0))
            + Extensions.Sum(member => (long)member.Value.Length)
            + (Completion is { } text ? text.Prompt.Length + (text.Suffix?.Length ?? 0) + text.FurtherPrompts.Sum(prompt => (long)prompt.Length) : 0)
            + (Format?.Schema?.Length ?? 0) + (Hints.Metadata?.Length ?? 0) + (Hints.Prediction?.Length ?? 0) + (Sampling.LogitBias?.Length ?? 0));

    /// <summary>A buffer for the request in another dialect, in which it is about as long as in the client's.</summary>
    public ArrayBufferWriter<byte> NewBody() => new(Math.Max(SmallestBody, Source is { Length: var length } ? length + (length / 8) : 0));

    /// <summary>Reports the system turns and the images as dropped, for a provider that continues a bare text.</summary>
    public void DropAllButPrompt(LossReport losses)
    {
        if (Turns.Any(turn => turn.Role is Role.System or Role.Developer))
            losses.Dropped("system");
        if (Turns.Any(turn => turn.Parts.Any(part => part is not TextPart)))
            losses.Dropped("images");
    }

    /// <summary>Reports the tool choice of a request without tools as dropped, because providers reject it (specs/dialects.md 2.3).</summary>
    public void DropToolChoice(LossReport losses)
    {
        if (ToolChoice is not null)
            losses.Dropped("tool_choice");
        if (ParallelToolCalls is not null)
            losses.Dropped("parallel_tool_calls");
    }

    /// <summary>The names of the tools that take free text, whose calls must be marked as such. Keep the result: the method walks all tools.</summary>
    public HashSet<string> FreeTextTools()
    {
        if (!Tools.Any(tool => tool.FreeText is not null))
            return NoNames;
        return new(Tools.Where(tool => tool.FreeText is not null).Select(tool => tool.Name), StringComparer.Ordinal);
    }
}
