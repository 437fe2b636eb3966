namespace Dragoman.Conversation;

/// <summary>Where token counts come from. A reported zero is not the same as no report (specs/lessons.md 1.3).</summary>
public enum UsageOrigin
{
    Absent,
    Estimated,
    Reported,
}

/// <summary>
/// Token counts of one answer, in one convention (specs/dialects.md 2.14). The totals include all other counts;
/// <see cref="BillableTokens"/> splits them into classes that do not overlap.
/// </summary>
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

    /// <summary>The part of <see cref="CacheWrite"/> that is kept for an hour.</summary>
    public long CacheWriteHour { get; init; }

    /// <summary>Prompt tokens of audio that were not read from a cache.</summary>
    public long AudioInput { get; init; }

    /// <summary>The part of <see cref="CacheRead"/> that is audio.</summary>
    public long AudioCacheRead { get; init; }

    /// <summary>Prompt tokens of images that were not read from a cache; only if the provider counts them.</summary>
    public long ImageInput { get; init; }

    /// <summary>Generated tokens of audio.</summary>
    public long AudioOutput { get; init; }

    /// <summary>Generated tokens of images.</summary>
    public long ImageOutput { get; init; }

    /// <summary>Web searches that the provider ran itself, and charges for one by one.</summary>
    public int Searches { get; init; }

    /// <summary>How the provider processed the request.</summary>
    public ServiceTier Tier { get; init; }

    /// <summary>Where the provider processed the request, if it reports that.</summary>
    public ServingRegion Region { get; init; }

    public long Total => InputTotal + OutputTotal;

    /// <summary>
    /// The sum of two answers' counts. It is an estimate when one of them is. Absent counts are ignored. Two different tiers or
    /// regions have no common price.
    /// </summary>
    public Usage Plus(in Usage other)
    {
        if (Origin == UsageOrigin.Absent || other.Origin == UsageOrigin.Absent)
            return Origin == UsageOrigin.Absent ? other : this;
        return new Usage(
            InputTotal + other.InputTotal,
            OutputTotal + other.OutputTotal,
            CacheRead + other.CacheRead,
            CacheWrite + other.CacheWrite,
            Reasoning + other.Reasoning,
            (UsageOrigin)Math.Min((int)Origin, (int)other.Origin))
        {
            CacheWriteHour = CacheWriteHour + other.CacheWriteHour,
            AudioInput = AudioInput + other.AudioInput,
            AudioCacheRead = AudioCacheRead + other.AudioCacheRead,
            ImageInput = ImageInput + other.ImageInput,
            AudioOutput = AudioOutput + other.AudioOutput,
            ImageOutput = ImageOutput + other.ImageOutput,
            Searches = Searches + other.Searches,
            Tier = Tier == other.Tier ? Tier : ServiceTier.Unlisted,
            Region = Region == other.Region ? Region : ServingRegion.Unlisted,
        };
    }
}
