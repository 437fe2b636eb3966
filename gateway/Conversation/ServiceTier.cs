using System.Text;

namespace Dragoman.Conversation;

/// <summary>The way in which a provider processed a request. Most providers charge another price for each.</summary>
public enum ServiceTier : byte
{
    /// <summary>The usual one; also when a provider reports none.</summary>
    Standard,

    /// <summary>Slower and cheaper.</summary>
    Flex,

    /// <summary>Collected and answered later.</summary>
    Batch,

    /// <summary>Faster and dearer; OpenAI renamed it to <c>fast</c> and accepts both words.</summary>
    Priority,

    /// <summary>Anthropic's fast mode (<c>usage.speed</c>), which is not its priority tier.</summary>
    Fast,

    /// <summary>OpenAI's fastest one.</summary>
    Ultrafast,

    /// <summary>One that this version does not know, or that is paid in advance, such as provisioned throughput.</summary>
    Unlisted,
}

/// <summary>The words for service tiers on the wire and in price lists.</summary>
public static class ServiceTiers
{
    /// <summary>The words of price lists, in the order of <see cref="ServiceTier"/>.</summary>
    public static readonly IReadOnlyList<string> Words = ["standard", "flex", "batch", "priority", "fast", "ultrafast"];

    /// <param name="word">What a provider reports: <c>service_tier</c> of OpenAI, Anthropic and Mistral, <c>serviceTier</c> of Gemini, <c>trafficType</c> of Vertex AI.</param>
    public static ServiceTier Of(ReadOnlySpan<byte> word) => word switch
    {
        [] => ServiceTier.Standard,
        _ when Is(word, "default"u8) || Is(word, "standard"u8) || Is(word, "auto"u8) || Is(word, "on_demand"u8) => ServiceTier.Standard,
        _ when Is(word, "flex"u8) || Is(word, "on_demand_flex"u8) => ServiceTier.Flex,
        _ when Is(word, "batch"u8) => ServiceTier.Batch,
        _ when Is(word, "priority"u8) || Is(word, "fast"u8) || Is(word, "on_demand_priority"u8) => ServiceTier.Priority,
        _ when Is(word, "ultrafast"u8) => ServiceTier.Ultrafast,
        _ => ServiceTier.Unlisted,
    };

    private static bool Is(ReadOnlySpan<byte> word, ReadOnlySpan<byte> known) => Ascii.EqualsIgnoreCase(word, known);
}
