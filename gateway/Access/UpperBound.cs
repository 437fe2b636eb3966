namespace Dragoman.Access;

/// <summary>The most tokens that a request may use, as far as they are known before it is sent; null when not known.</summary>
/// <remarks>
/// The prompt is measured only when a policy reads <see cref="InputTokens"/>, so that other policies cost nothing. It can be
/// measured only while <see cref="IAccessPolicy.ReserveAsync"/> runs, because the prompt is released soon after.
/// </remarks>
/// <param name="estimateInput">Measures the prompt.</param>
/// <param name="outputTokens">The most tokens that may be generated, for all choices together.</param>
public sealed class UpperBound(Func<long?> estimateInput, long? outputTokens)
{
    /// <summary>For requests that generate nothing and cost nothing, such as a token count.</summary>
    public static readonly UpperBound Nothing = new(() => 0, 0);

    /// <summary>The most tokens that the prompt can have, whatever the tokenizer: far more than <see cref="InputTokens"/>, and without measuring it.</summary>
    public long MostInputTokens { get; init; }

    /// <summary>The answers that the client asks for, each of which may be as long as the model allows.</summary>
    public int Choices { get; init; } = 1;

    /// <summary>The estimated tokens of the prompt.</summary>
    public long? InputTokens => estimateInput();

    /// <summary>The most tokens that may be generated.</summary>
    public long? OutputTokens { get; } = outputTokens;
}
