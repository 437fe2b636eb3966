namespace Dragoman.Access;

/// <summary>How many tokens a request may use, as far as that is known before it is sent; null where it is not known.</summary>
/// <remarks>
/// The prompt is measured when it is asked for, so that a policy that does not ask costs nothing. It is there while
/// <see cref="IAccessPolicy.ReserveAsync"/> runs, and gone soon after.
/// </remarks>
/// <param name="estimateInput">Measures the prompt.</param>
/// <param name="outputTokens">The most that may be generated, of all choices together.</param>
public sealed class UpperBound(Func<long?> estimateInput, long? outputTokens)
{
    /// <summary>Of what generates nothing and is billed for nothing, such as a count.</summary>
    public static readonly UpperBound Nothing = new(() => 0, 0);

    /// <summary>An estimate of the prompt's tokens.</summary>
    public long? InputTokens => estimateInput();

    /// <summary>The most tokens that may be generated.</summary>
    public long? OutputTokens { get; } = outputTokens;
}
