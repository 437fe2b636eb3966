namespace Dragoman.Emulator.Generation;

/// <summary>The words that the emulator uses. Each is a single token, and some are deliberately not ASCII.</summary>
internal static class Vocabulary
{
    public static ReadOnlySpan<string> Words => Plain;

    /// <summary>The words as written inside a sentence, with the space before them.</summary>
    public static ReadOnlySpan<string> Spaced => SpacedWords;

    /// <summary>The words as written at the beginning of a sentence, with the space before them.</summary>
    public static ReadOnlySpan<string> SpacedCapitalized => SpacedCapitals;

    private static readonly string[] Plain =
    [
        "harbour", "lantern", "river", "meadow", "copper", "window", "garden", "winter", "summer", "bridge",
        "letter", "market", "island", "forest", "mirror", "engine", "silver", "candle", "orchard", "valley",
        "carries", "follows", "answers", "gathers", "opens", "measures", "remembers", "crosses", "keeps", "turns",
        "holds", "finds", "shows", "builds", "reads", "sends", "brings", "leaves", "joins", "waits",
        "quiet", "bright", "early", "narrow", "gentle", "distant", "steady", "hidden", "clear", "warm",
        "slow", "quick", "patient", "careful", "modern", "ancient", "simple", "honest", "curious", "golden",
        "the", "a", "every", "this", "that", "our", "another", "no", "each", "their",
        "and", "or", "but", "while", "because", "under", "over", "beside", "beyond", "through",
        "café", "naïve", "über", "Gärten", "façade", "señor", "København", "Zürich", "żółty", "déjà",
        "мост", "река", "θάλασσα", "φως", "水", "東京", "언어", "🌿", "☀", "🚀",
    ];

    private static readonly string[] SpacedWords = Array.ConvertAll(Plain, word => " " + word);

    private static readonly string[] SpacedCapitals =
        Array.ConvertAll(Plain, word => " " + char.ToUpperInvariant(word[0]) + word[1..]);
}
