namespace Dragoman.Configuration;

/// <summary>The prices of one model, in picodollars (10⁻¹² US dollar) a token. A missing price is not zero (docs/prices.md).</summary>
public sealed record PriceRates
{
    /// <summary>The names of the members of a price, in the order in which they are written.</summary>
    public static readonly IReadOnlyList<string> Members =
    [
        "input", "cacheRead", "cacheWrite", "cacheWriteHour", "output", "reasoning",
        "audioInput", "audioCacheRead", "audioOutput", "imageInput", "imageOutput", "search",
    ];

    /// <summary>Picodollars a token in one dollar a million tokens.</summary>
    public const long PerDollarAMillion = 1_000_000;

    /// <summary>The highest price of a token, so that sums can be checked: a million dollars a million tokens.</summary>
    public const long Highest = Picodollars.InDollar;

    /// <summary>Prompt tokens without a class of their own.</summary>
    public long? Input { get; init; }

    /// <summary>Prompt tokens from the cache; without a price, they cost what the input costs.</summary>
    public long? CacheRead { get; init; }

    /// <summary>Prompt tokens written to the cache for its usual lifetime; without a price, they cost what the input costs.</summary>
    public long? CacheWrite { get; init; }

    /// <summary>Prompt tokens written to the cache for an hour; without a price, they cost what other writes cost.</summary>
    public long? CacheWriteHour { get; init; }

    /// <summary>Generated tokens without a class of their own.</summary>
    public long? Output { get; init; }

    /// <summary>Generated reasoning; without a price, it costs what the output costs.</summary>
    public long? Reasoning { get; init; }

    /// <summary>Audio in the prompt; without a price, it costs what the input costs.</summary>
    public long? AudioInput { get; init; }

    /// <summary>Audio from the cache; without a price, it costs what other cached tokens cost.</summary>
    public long? AudioCacheRead { get; init; }

    /// <summary>Generated audio; without a price, it costs what the output costs.</summary>
    public long? AudioOutput { get; init; }

    /// <summary>Images in the prompt; without a price, they cost what the input costs.</summary>
    public long? ImageInput { get; init; }

    /// <summary>Generated images; without a price, they cost what the output costs.</summary>
    public long? ImageOutput { get; init; }

    /// <summary>One web search, in picodollars; without a price, an answer that searched has no known cost.</summary>
    public long? Search { get; init; }

    /// <summary>The price of a class by its name in <see cref="Members"/>.</summary>
    public long? this[string member] => member switch
    {
        "input" => Input,
        "cacheRead" => CacheRead,
        "cacheWrite" => CacheWrite,
        "cacheWriteHour" => CacheWriteHour,
        "output" => Output,
        "reasoning" => Reasoning,
        "audioInput" => AudioInput,
        "audioCacheRead" => AudioCacheRead,
        "audioOutput" => AudioOutput,
        "imageInput" => ImageInput,
        "imageOutput" => ImageOutput,
        "search" => Search,
        _ => throw new ArgumentException($"\"{member}\" is not a class of tokens", nameof(member)),
    };

    /// <summary>The rates that a function gives by the names in <see cref="Members"/>.</summary>
    public static PriceRates Of(Func<string, long?> rate) => new()
    {
        Input = rate("input"),
        CacheRead = rate("cacheRead"),
        CacheWrite = rate("cacheWrite"),
        CacheWriteHour = rate("cacheWriteHour"),
        Output = rate("output"),
        Reasoning = rate("reasoning"),
        AudioInput = rate("audioInput"),
        AudioCacheRead = rate("audioCacheRead"),
        AudioOutput = rate("audioOutput"),
        ImageInput = rate("imageInput"),
        ImageOutput = rate("imageOutput"),
        Search = rate("search"),
    };
}
