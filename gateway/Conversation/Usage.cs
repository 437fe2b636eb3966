namespace Dragoman.Conversation;

/// <summary>Where token counts come from. A reported zero is not the same as no report (specs/lessons.md 1.3).</summary>
public enum UsageOrigin
{
    Absent,
    Estimated,
    Reported,
}

/// <summary>Token counts of one answer, in one convention (specs/dialects.md 2.14).</summary>
/// <param name="InputTotal">Prompt tokens, including cache reads and writes.</param>
/// <param name="OutputTotal">Generated tokens, including reasoning.</param>
/// <param name="CacheRead">Prompt tokens read from the provider's cache.</param>
/// <param name="CacheWrite">Prompt tokens written to the provider's cache.</param>
/// <param name="Reasoning">Generated tokens spent on reasoning.</param>
/// <param name="Origin">Where the counts come from.</param>
public readonly record struct Usage(
    long InputTotal,
    long OutputTotal,
    long CacheRead = 0,
    long CacheWrite = 0,
    long Reasoning = 0,
    UsageOrigin Origin = UsageOrigin.Reported)
{
    public static readonly Usage Absent = new(0, 0, Origin: UsageOrigin.Absent);

    public long Total => InputTotal + OutputTotal;

    /// <summary>The sum of two answers' counts. It is an estimate when one of them is. Absent counts are ignored.</summary>
    public Usage Plus(Usage other)
    {
        if (Origin == UsageOrigin.Absent || other.Origin == UsageOrigin.Absent)
            return Origin == UsageOrigin.Absent ? other : this;
        return new Usage(
            InputTotal + other.InputTotal,
            OutputTotal + other.OutputTotal,
            CacheRead + other.CacheRead,
            CacheWrite + other.CacheWrite,
            Reasoning + other.Reasoning,
            (UsageOrigin)Math.Min((int)Origin, (int)other.Origin));
    }
}
