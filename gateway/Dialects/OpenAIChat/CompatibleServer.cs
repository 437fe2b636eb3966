namespace Dragoman.Dialects.OpenAIChat;

/// <summary>How a kind of OpenAI-compatible server differs from most others, as data (specs/dialects.md 1.6, 2.3, 2.5 to 2.7).</summary>
/// <param name="Name">The name in error messages.</param>
public sealed record CompatibleServer(string Name)
{
    /// <summary>An unknown server, which gets what the client sent.</summary>
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

    /// <summary>Whether the server supports <c>response_format: json_object</c> (P-62).</summary>
    public bool TakesJsonObject { get; init; } = true;

    public ToolChoiceSupport ToolChoice { get; init; }

    public bool TakesParallelToolCalls { get; init; } = true;

    /// <summary>The server's name for the repeat penalty. Null when it has none.</summary>
    public string? RepeatPenalty { get; init; } = "repeat_penalty";

    /// <summary>Whether the server supports the newer name of the limit, <c>max_completion_tokens</c>.</summary>
    public bool TakesMaxCompletionTokens { get; init; } = true;

    public bool TakesTopK { get; init; } = true;

    public bool TakesMinP { get; init; } = true;

    public bool TakesSeed { get; init; } = true;

    public bool TakesLogitBias { get; init; } = true;

    /// <summary>Whether one request can ask for several answers.</summary>
    public bool TakesChoices { get; init; } = true;

    /// <summary>Whether the server downloads a picture from a URL.</summary>
    public bool TakesImageUrls { get; init; } = true;

    /// <summary>Whether leading system messages are joined, because many chat templates accept only one.</summary>
    public bool MergesSystem { get; init; }

    /// <summary>Whether the only reasoning efforts are low, medium and high.</summary>
    public bool HasHighestEffortHigh { get; init; }

    public ReasoningSwitch ReasoningSwitch { get; init; }

    public ReasoningEcho EchoesReasoning { get; init; }

    /// <summary>Whether the server unloads an idle model and then answers with an error until the model is loaded again.</summary>
    public bool PutsModelsAway { get; init; }
}
