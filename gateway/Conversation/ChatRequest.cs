namespace Dragoman.Conversation;

/// <summary>
/// What a client asks of a model, free of any wire format (specs/dialects.md 0.1). Inbound dialects read it,
/// outbound dialects write it.
/// </summary>
public sealed record ChatRequest
{
    /// <summary>The model's name exactly as the client wrote it.</summary>
    public required string Model { get; init; }

    /// <summary>System, user, assistant and tool turns in the client's order.</summary>
    public IReadOnlyList<Turn> Turns { get; init; } = [];

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

    /// <summary>For how long the model counts as loaded after this request; null: the client did not say.</summary>
    public TimeSpan? KeepAlive { get; init; }

    /// <summary>The client asks that the model be put away; means something only without a prompt (specs/ollama.md 2.1).</summary>
    public bool Unloads => KeepAlive == TimeSpan.Zero;

    /// <summary>The client's own JSON, for a provider that speaks the client's dialect.</summary>
    public ReadOnlyMemory<byte> Source { get; init; }

    /// <summary>
    /// Request members that the canonical model does not know, by name, as raw JSON. They go only to an outbound
    /// dialect of the same family (specs/dialects.md 2.16).
    /// </summary>
    public IReadOnlyDictionary<string, string> Extensions { get; init; } = NoExtensions;

    /// <summary>The dialect family that <see cref="Extensions"/> belongs to.</summary>
    public string Family { get; init; } = "";

    private static readonly Dictionary<string, string> NoExtensions = [];
}

/// <summary>Text to be continued as it stands; with a suffix, the gap between the two is filled.</summary>
public sealed record TextCompletion(string Prompt, string? Suffix, bool Echo);

/// <summary>Sampling and length. Null means that the client did not say, and nothing is sent.</summary>
public sealed record Sampling
{
    public static readonly Sampling Unset = new();

    public double? Temperature { get; init; }
    public double? TopP { get; init; }
    public int? TopK { get; init; }
    public double? MinP { get; init; }
    public double? RepeatPenalty { get; init; }
    public double? PresencePenalty { get; init; }
    public double? FrequencyPenalty { get; init; }
    public long? Seed { get; init; }

    /// <summary>Upper bound of generated tokens, reasoning included.</summary>
    public int? MaxOutputTokens { get; init; }

    public IReadOnlyList<string> Stop { get; init; } = [];

    /// <summary>How many independent answers are wanted.</summary>
    public int? Choices { get; init; }

    public bool? Logprobs { get; init; }
    public int? TopLogprobs { get; init; }

    /// <summary>Raw JSON object, token id to bias.</summary>
    public string? LogitBias { get; init; }
}

public enum ReasoningEffort
{
    None,
    Minimal,
    Low,
    Medium,
    High,
    XHigh,
    Max,
}

/// <summary>
/// How much the model is asked to reason. <see cref="Enabled"/> without an effort is "on, at the provider's level";
/// both null is "the client did not say".
/// </summary>
public readonly record struct ReasoningRequest(bool? Enabled, ReasoningEffort? Effort)
{
    public bool IsOff => Enabled == false || Effort == ReasoningEffort.None;
}

public enum OutputFormatKind
{
    Text,
    JsonObject,
    JsonSchema,
}

/// <summary>The form that the answer's text must have.</summary>
/// <param name="Kind">Which form.</param>
/// <param name="Schema">Raw JSON of the schema, for <see cref="OutputFormatKind.JsonSchema"/>.</param>
/// <param name="Name">The schema's name; providers demand one.</param>
/// <param name="Description">What the schema is for.</param>
/// <param name="Strict">Null: the client did not say.</param>
public sealed record OutputFormat(OutputFormatKind Kind, string? Schema = null, string? Name = null, string? Description = null, bool? Strict = null);

/// <summary>A function that the model may call.</summary>
/// <param name="Name">The function's name.</param>
/// <param name="Description">What it does, for the model.</param>
/// <param name="Parameters">Raw JSON Schema of its arguments, with the client's property order; null when none was given.</param>
/// <param name="Strict">Null: the client did not say.</param>
public sealed record ToolDefinition(string Name, string? Description, string? Parameters, bool? Strict = null);

public enum ToolChoiceKind
{
    Auto,
    None,
    Required,
    Named,
}

/// <summary>Whether and which tool the model has to call.</summary>
public sealed record ToolChoice(ToolChoiceKind Kind, string? Name = null)
{
    public static readonly ToolChoice Auto = new(ToolChoiceKind.Auto);
    public static readonly ToolChoice None = new(ToolChoiceKind.None);
    public static readonly ToolChoice Required = new(ToolChoiceKind.Required);
}
