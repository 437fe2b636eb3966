namespace Dragoman.Conversation;

/// <summary>Sampling and the length of the answer. Null means that the client did not say, and nothing is sent.</summary>
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

    /// <summary>The most generated tokens, including reasoning.</summary>
    public int? MaxOutputTokens { get; init; }

    public IReadOnlyList<string> Stop { get; init; } = [];

    /// <summary>How many independent answers the client wants.</summary>
    public int? Choices { get; init; }

    public bool? Logprobs { get; init; }
    public int? TopLogprobs { get; init; }

    /// <summary>A raw JSON object that maps token ids to biases.</summary>
    public string? LogitBias { get; init; }
}
