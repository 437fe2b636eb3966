namespace Dragoman.Conversation;

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
