namespace Dragoman.Dialects.OpenAIChat;

/// <summary>Where a kind of OpenAI-compatible server departs from what most of them do, as data (specs/dialects.md 1.6, 2.3, 2.5 to 2.7).</summary>
/// <param name="Name">For the person who reads a refusal.</param>
public sealed record CompatibleServer(string Name)
{
    /// <summary>A server of which nothing is known is sent what the client said.</summary>
    public static readonly CompatibleServer Generic = new("compatible server");

    public static readonly CompatibleServer LMStudio = new("LM Studio")
    {
        TakesMaxCompletionTokens = false,
        TakesJsonObject = false,
        ToolChoice = ToolChoiceSupport.Words,
        TakesParallelToolCalls = false,
        TakesMinP = false,
        TakesImageUrls = false,
        MergesSystem = true,
        HasHighestEffortHigh = true,
        PutsModelsAway = true,
    };

    public static readonly CompatibleServer VLLM = new("vLLM")
    {
        RepeatPenalty = "repetition_penalty",
        MergesSystem = true,
        HasHighestEffortHigh = true,
        ReasoningSwitch = ReasoningSwitch.TemplateArguments,
    };

    public static readonly CompatibleServer MistralRs = new("mistral.rs")
    {
        TakesMaxCompletionTokens = false,
        TakesJsonObject = false,
        TakesParallelToolCalls = false,
        RepeatPenalty = "repetition_penalty",
        TakesSeed = false,
        MergesSystem = true,
        HasHighestEffortHigh = true,
        ReasoningSwitch = ReasoningSwitch.EnableThinking,
    };

    public static readonly CompatibleServer Ollama = new("Ollama")
    {
        TakesMaxCompletionTokens = false,
        ToolChoice = ToolChoiceSupport.Ignored,
        TakesParallelToolCalls = false,
        RepeatPenalty = null,
        TakesTopK = false,
        TakesMinP = false,
        TakesLogitBias = false,
        TakesChoices = false,
        TakesImageUrls = false,
    };

    /// <summary>Whether <c>response_format: json_object</c> is known (P-62).</summary>
    public bool TakesJsonObject { get; init; } = true;

    public ToolChoiceSupport ToolChoice { get; init; }

    public bool TakesParallelToolCalls { get; init; } = true;

    /// <summary>The server's name of the repeat penalty; null when it has none.</summary>
    public string? RepeatPenalty { get; init; } = "repeat_penalty";

    /// <summary>Whether the limit may have its newer name, <c>max_completion_tokens</c>.</summary>
    public bool TakesMaxCompletionTokens { get; init; } = true;

    public bool TakesTopK { get; init; } = true;

    public bool TakesMinP { get; init; } = true;

    public bool TakesSeed { get; init; } = true;

    public bool TakesLogitBias { get; init; } = true;

    /// <summary>Whether more than one answer can be had at once.</summary>
    public bool TakesChoices { get; init; } = true;

    /// <summary>Whether a picture may be an address, which the server then fetches.</summary>
    public bool TakesImageUrls { get; init; } = true;

    /// <summary>Joins leading system messages, of which many chat templates take only one.</summary>
    public bool MergesSystem { get; init; }

    /// <summary>Knows no reasoning effort beyond low, medium and high.</summary>
    public bool HasHighestEffortHigh { get; init; }

    public ReasoningSwitch ReasoningSwitch { get; init; }

    public ReasoningEcho EchoesReasoning { get; init; }

    /// <summary>Unloads a model that is not used, and then answers with an error until it is loaded again.</summary>
    public bool PutsModelsAway { get; init; }
}
