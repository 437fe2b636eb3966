using Dragoman.Configuration;
using Dragoman.Conversation;

namespace Dragoman.Prices;

/// <summary>
/// What one model costs in one tier and region: picodollars (10⁻¹² US dollar) a token, with a price for each class. Costs are sums
/// of whole numbers.
/// </summary>
public sealed class Price
{
    private readonly long input;
    private readonly long cacheRead;
    private readonly long cacheWrite;
    private readonly long cacheWriteHour;
    private readonly long audioInput;
    private readonly long audioCacheRead;
    private readonly long imageInput;
    private readonly long? output;
    private readonly long? reasoning;
    private readonly long? audioOutput;
    private readonly long? imageOutput;
    private readonly long? search;
    private readonly long? longAbove;
    private readonly Price? longer;

    /// <param name="rates">The prices; a class without one has the price of the class around it.</param>
    /// <param name="longAbove">The most prompt tokens for which these prices count; null when the length changes nothing.</param>
    /// <param name="longer">The prices for a longer prompt; null when they are not known.</param>
    internal Price(PriceRates rates, long? longAbove = null, Price? longer = null)
    {
        input = rates.Input ?? throw new ArgumentException("a price without one for input", nameof(rates));
        cacheRead = rates.CacheRead ?? input;
        cacheWrite = rates.CacheWrite ?? input;
        cacheWriteHour = rates.CacheWriteHour ?? cacheWrite;
        audioInput = rates.AudioInput ?? input;
        audioCacheRead = rates.AudioCacheRead ?? cacheRead;
        imageInput = rates.ImageInput ?? input;
        output = rates.Output;
        reasoning = rates.Reasoning ?? output;
        audioOutput = rates.AudioOutput ?? output;
        imageOutput = rates.ImageOutput ?? output;
        search = rates.Search;
        this.longAbove = longAbove;
        this.longer = longer;
    }

    /// <summary>
    /// The cost of an answer in picodollars; null when it used something without a known price. It is zero when nothing was used.
    /// A cost that does not fit is the highest number.
    /// </summary>
    public long? CostOf(in Usage usage)
    {
        if (usage.Origin == UsageOrigin.Absent)
            return 0;
        if (longAbove is { } above && usage.InputTotal > above)
            return longer?.Sum(usage);
        return Sum(usage);
    }

    /// <summary>The most that a request can cost in picodollars, apart from searches; null when a price is not known.</summary>
    /// <param name="inputTokens">The most prompt tokens.</param>
    /// <param name="outputTokens">The most generated tokens.</param>
    /// <param name="classes">What the request may use besides text.</param>
    public long? UpperBound(long inputTokens, long outputTokens, PossibleClasses classes = PossibleClasses.All)
    {
        if (longAbove is not { } above || inputTokens <= above)
            return Most(inputTokens, outputTokens, classes);
        // The count is a bound itself, so the prompt may turn out to be short.
        return longer?.Most(inputTokens, outputTokens, classes) is { } most ? Math.Max(most, Most(inputTokens, outputTokens, classes) ?? 0) : null;
    }

    private long? Sum(in Usage usage)
    {
        var tokens = new BillableTokens(usage);
        var sum = Product(tokens.Input, input)
            + Product(tokens.CacheRead, cacheRead)
            + Product(tokens.CacheWrite, cacheWrite)
            + Product(tokens.CacheWriteHour, cacheWriteHour)
            + Product(tokens.AudioInput, audioInput)
            + Product(tokens.AudioCacheRead, audioCacheRead)
            + Product(tokens.ImageInput, imageInput);
        return Add(ref sum, tokens.Output, output)
            && Add(ref sum, tokens.Reasoning, reasoning)
            && Add(ref sum, tokens.AudioOutput, audioOutput)
            && Add(ref sum, tokens.ImageOutput, imageOutput)
            && Add(ref sum, Math.Max(0, usage.Searches), search)
                ? Saturated(sum)
                : null;
    }

    private long? Most(long inputTokens, long outputTokens, PossibleClasses classes)
    {
        var highest = Math.Max(input, Math.Max(cacheRead, cacheWrite));
        if (classes.HasFlag(PossibleClasses.HourCache))
            highest = Math.Max(highest, cacheWriteHour);
        var highestOutput = Highest(output, reasoning);
        if (classes.HasFlag(PossibleClasses.Media))
        {
            highest = Math.Max(highest, Math.Max(Math.Max(audioInput, audioCacheRead), imageInput));
            highestOutput = Highest(highestOutput, Highest(audioOutput, imageOutput));
        }

        var sum = Product(Math.Max(0, inputTokens), highest);
        return Add(ref sum, Math.Max(0, outputTokens), highestOutput) ? Saturated(sum) : null;
    }

    /// <summary>The higher of two prices; null when one of them is not known.</summary>
    private static long? Highest(long? one, long? other) => one is { } first && other is { } second ? Math.Max(first, second) : null;

    private static bool Add(ref Int128 sum, long tokens, long? rate)
    {
        if (rate is not { } known)
            return tokens == 0;
        sum += Product(tokens, known);
        return true;
    }

    private static Int128 Product(long tokens, long rate) => (Int128)tokens * rate;

    private static long Saturated(Int128 sum) => sum > long.MaxValue ? long.MaxValue : (long)sum;
}
