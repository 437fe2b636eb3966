namespace Dragoman.Conversation;

/// <summary>
/// The counts of a <see cref="Usage"/> in classes that do not overlap, so that no token is charged twice or not at all
/// (specs/lessons.md 1.10). The classes of the input add up to its total, and those of the output to theirs.
/// </summary>
public readonly ref struct BillableTokens
{
    /// <summary>
    /// A provider may report more in the parts than in the total. The total counts: a part gets what earlier parts have left of it.
    /// </summary>
    /// <param name="usage">The counts; a negative one counts as zero.</param>
    public BillableTokens(in Usage usage)
    {
        var input = Math.Max(0, usage.InputTotal);
        CacheWriteHour = Take(ref input, Math.Min(usage.CacheWriteHour, usage.CacheWrite));
        CacheWrite = Take(ref input, usage.CacheWrite - CacheWriteHour);
        AudioInput = Take(ref input, usage.AudioInput);
        ImageInput = Take(ref input, usage.ImageInput);
        AudioCacheRead = Take(ref input, Math.Min(usage.AudioCacheRead, usage.CacheRead));
        CacheRead = Take(ref input, usage.CacheRead - AudioCacheRead);
        Input = input;

        var output = Math.Max(0, usage.OutputTotal);
        AudioOutput = Take(ref output, usage.AudioOutput);
        ImageOutput = Take(ref output, usage.ImageOutput);
        Reasoning = Take(ref output, usage.Reasoning);
        Output = output;
    }

    /// <summary>Prompt tokens of text, and of all media without a class of their own, that have nothing to do with a cache.</summary>
    public long Input { get; }

    /// <summary>Prompt tokens from the cache, without audio.</summary>
    public long CacheRead { get; }

    /// <summary>Audio from the cache.</summary>
    public long AudioCacheRead { get; }

    /// <summary>Prompt tokens written to the cache for its usual lifetime, which is five minutes for Anthropic.</summary>
    public long CacheWrite { get; }

    /// <summary>Prompt tokens written to the cache for an hour.</summary>
    public long CacheWriteHour { get; }

    /// <summary>Audio in the prompt.</summary>
    public long AudioInput { get; }

    /// <summary>Images in the prompt.</summary>
    public long ImageInput { get; }

    /// <summary>Generated text.</summary>
    public long Output { get; }

    /// <summary>Generated reasoning.</summary>
    public long Reasoning { get; }

    /// <summary>Generated audio.</summary>
    public long AudioOutput { get; }

    /// <summary>Generated images.</summary>
    public long ImageOutput { get; }

    private static long Take(ref long left, long wanted)
    {
        var taken = Math.Clamp(wanted, 0, left);
        left -= taken;
        return taken;
    }
}
