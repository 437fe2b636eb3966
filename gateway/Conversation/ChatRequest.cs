using System.Buffers;
using System.Text;
using System.Text.Json;
using Dragoman.Wire;

namespace Dragoman.Conversation;

/// <summary>
/// What a client asks of a model, free of any wire format (specs/dialects.md 0.1). Inbound dialects read it,
/// outbound dialects write it.
/// </summary>
public sealed record ChatRequest
{
    private const int SmallestBody = 1024;

    private Prompt prompt = new([], default);

    /// <summary>The model's name exactly as the client wrote it.</summary>
    public required string Model { get; init; }

    /// <summary>System, user, assistant and tool turns in the client's order.</summary>
    public IReadOnlyList<Turn> Turns { get => prompt.Turns; init => prompt = prompt with { Turns = value }; }

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
    public ReadOnlyMemory<byte> Source { get => prompt.Source; init => prompt = prompt with { Source = value }; }

    /// <summary>
    /// Request members that the canonical model does not know, by name, as raw JSON. They go only to an outbound
    /// dialect of the same family (specs/dialects.md 2.16).
    /// </summary>
    public IReadOnlyDictionary<string, string> Extensions { get; init; } = NoExtensions;

    /// <summary>The dialect family that <see cref="Extensions"/> belongs to.</summary>
    public string Family { get; init; } = "";

    private static readonly Dictionary<string, string> NoExtensions = [];
    private static readonly HashSet<string> NoNames = [];

    /// <summary>How many answers come to the whole request.</summary>
    public int ExpectedChoices => (Sampling.Choices ?? 1) * (1 + (Completion?.FurtherPrompts.Count ?? 0));

    /// <summary>
    /// Whether the client shows the reasoning, so that it is worth its delay: OpenAI's clients when they say so, others
    /// unless they say not (specs/dialects.md 2.6).
    /// </summary>
    public bool ShowsReasoning =>
        !Reasoning.IsOff && (Reasoning.IsVisible ?? (Reasoning.Enabled == true && !Family.StartsWith("openai", StringComparison.Ordinal)));

    /// <summary>
    /// Empties <see cref="Turns"/> and <see cref="Source"/>, also of those copies that have the same ones: they are most
    /// of a request, and a streamed answer would keep them for minutes.
    /// </summary>
    public void ForgetPrompt() => prompt.Forget();

    /// <summary>About how many bytes are left after <see cref="ForgetPrompt"/>: what else can be large.</summary>
    public long RemainingBytes =>
        sizeof(char) * (Tools.Sum(tool => (long)(tool.Description?.Length ?? 0) + (tool.Parameters?.Length ?? 0) + (tool.FreeText?.Format?.Length ?? 0))
            + Extensions.Sum(member => (long)member.Value.Length)
            + (Completion is { } text ? text.Prompt.Length + (text.Suffix?.Length ?? 0) + text.FurtherPrompts.Sum(prompt => (long)prompt.Length) : 0)
            + (Format?.Schema?.Length ?? 0) + (Hints.Metadata?.Length ?? 0) + (Hints.Prediction?.Length ?? 0) + (Sampling.LogitBias?.Length ?? 0));

    /// <summary>Room for the request in another dialect, where it takes about as much as in the client's.</summary>
    public ArrayBufferWriter<byte> NewBody() => new(Math.Max(SmallestBody, Source.Length + (Source.Length / 8)));

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

    /// <summary>What copies of a request share until one of them is given another.</summary>
    private sealed record Prompt(IReadOnlyList<Turn> Turns, ReadOnlyMemory<byte> Source)
    {
        public IReadOnlyList<Turn> Turns { get; set; } = Turns;

        public ReadOnlyMemory<byte> Source { get; set; } = Source;

        public void Forget() => (Turns, Source) = ([], default);
    }
}

/// <summary>Text to be continued as it stands; with a suffix, the gap between the two is filled.</summary>
public sealed record TextCompletion(string Prompt, string? Suffix, bool Echo)
{
    /// <summary>More texts to be continued, each with answers of its own behind those of the texts before it (specs/dialects.md 2.18).</summary>
    public IReadOnlyList<string> FurtherPrompts { get; init; } = [];

    /// <summary>The text that a choice continues, when each text has <paramref name="answers"/> of them.</summary>
    public string PromptOf(int choice, int answers) => choice < answers ? Prompt : FurtherPrompts[Math.Min(choice / answers, FurtherPrompts.Count) - 1];
}

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
    /// <summary>The most tokens to reason with, where the client gave a number instead of a level (specs/dialects.md 2.6).</summary>
    public int? BudgetTokens { get; init; }

    /// <summary>Whether the client wants to read the reasoning; null: it did not say.</summary>
    public bool? IsVisible { get; init; }

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
public sealed record OutputFormat(OutputFormatKind Kind, string? Schema = null, string? Name = null, string? Description = null, bool? Strict = null)
{
    /// <summary>Where the schema stands in the client's request.</summary>
    public string Field { get; init; } = "response_format";
}

/// <summary>A function that the model may call.</summary>
/// <param name="Name">The function's name.</param>
/// <param name="Description">What it does, for the model.</param>
/// <param name="Parameters">Raw JSON Schema of its arguments, with the client's property order; null when none was given.</param>
/// <param name="Strict">Null: the client did not say.</param>
public sealed record ToolDefinition(string Name, string? Description, string? Parameters, bool? Strict = null)
{
    /// <summary>
    /// Set for a tool that takes free text (OpenAI's <c>custom</c>). Its calls carry the arguments object
    /// <c>{"input": text}</c> in the canonical model, which is also its emulation as a function (specs/dialects.md 2.3).
    /// </summary>
    public FreeText? FreeText { get; init; }

    /// <summary>Where the parameters stand in the client's request.</summary>
    public string Field { get; init; } = "tools";

    public CacheMark? Cache { get; init; }

    public static HashSet<string> NamesOf(IEnumerable<ToolDefinition> tools) => new(tools.Select(tool => tool.Name), StringComparer.Ordinal);

    /// <summary>What a function is described with; where it stands in for a tool with a grammar, that is told in words.</summary>
    public string? FunctionDescription => FreeText is { HasGrammar: true, Format: var grammar }
        ? $"{Description}{(string.IsNullOrEmpty(Description) ? "" : "\n\n")}The input must follow this grammar: {grammar}"
        : Description;
}

/// <param name="Format">Raw JSON of the grammar that the text has to follow; null: any text.</param>
public sealed record FreeText(string? Format)
{
    /// <summary>Whether the text is bound to a grammar; the format may also say that any text will do.</summary>
    public bool HasGrammar => Format is not null && Format.Contains("\"grammar\"", StringComparison.Ordinal);

    /// <summary>The arguments' schema of the function that stands in for the tool.</summary>
    public const string Parameters =
        """{"type":"object","properties":{"input":{"type":"string"}},"required":["input"],"additionalProperties":false}""";

    /// <summary>The arguments of a call with this text.</summary>
    public static string ArgumentsOf(string input) => $$"""{"input":"{{Encoding.UTF8.GetString(JsonText.Escape(input))}}"}""";

    /// <summary>The text of a call with these arguments; null when they are no such object.</summary>
    public static string? InputOf(string arguments)
    {
        try
        {
            using var parsed = JsonText.Parse(Encoding.UTF8.GetBytes(arguments));
            return parsed.RootElement.ValueKind == JsonValueKind.Object && parsed.RootElement.TryGetProperty("input", out var input) && input.ValueKind == JsonValueKind.String
                ? JsonText.ReadString(input)
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

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
    /// <summary>The only tools that may be called, by name; null: all. Targets get no others (specs/dialects.md 2.3).</summary>
    public IReadOnlyList<string>? Allowed { get; init; }

    public static readonly ToolChoice Auto = new(ToolChoiceKind.Auto);
    public static readonly ToolChoice None = new(ToolChoiceKind.None);
    public static readonly ToolChoice Required = new(ToolChoiceKind.Required);
}

/// <summary>Spoken output.</summary>
/// <param name="Voice">The provider's name of the voice; null: its own choice.</param>
/// <param name="Format">Short name such as <c>wav</c>, <c>mp3</c> or <c>pcm16</c>.</param>
public sealed record AudioOutput(string? Voice, string? Format);

/// <summary>What a provider may use and whose loss changes no answer (specs/dialects.md 2.9). Null: the client did not say.</summary>
public sealed record RequestHints
{
    public static readonly RequestHints None = new();

    /// <summary>An opaque id of the end user.</summary>
    public string? User { get; init; }

    /// <summary>Raw JSON object, names to strings.</summary>
    public string? Metadata { get; init; }

    /// <summary>In OpenAI's words: <c>auto</c>, <c>default</c>, <c>flex</c>, <c>priority</c>…</summary>
    public string? ServiceTier { get; init; }

    public string? PromptCacheKey { get; init; }

    /// <summary>Whether the provider shall keep the answer.</summary>
    public bool? Store { get; init; }

    /// <summary><c>low</c>, <c>medium</c> or <c>high</c>.</summary>
    public string? Verbosity { get; init; }

    /// <summary>Raw JSON: text that most of the answer is expected to repeat.</summary>
    public string? Prediction { get; init; }

    /// <summary>The members that are set, by OpenAI's names, with their JSON; for outbound dialects that report what they drop.</summary>
    public IEnumerable<string> SetMembers()
    {
        if (User is not null)
            yield return "user";
        if (Metadata is not null)
            yield return "metadata";
        if (ServiceTier is not null)
            yield return "service_tier";
        if (PromptCacheKey is not null)
            yield return "prompt_cache_key";
        if (Store is not null)
            yield return "store";
        if (Verbosity is not null)
            yield return "verbosity";
        if (Prediction is not null)
            yield return "prediction";
    }
}

/// <summary>A request member that only a provider of the client's own family understands.</summary>
/// <param name="Field">Its path in the request.</param>
/// <param name="Message">For the client of any other target: what cannot be done, and what can.</param>
/// <param name="Code">The dialect's machine-readable code of the refusal, if it has one.</param>
public sealed record FamilyMember(string Field, string Message, string? Code = null);
