using System.Globalization;

namespace Dragoman.Dialects.Gemini.Outbound;

/// <summary>What one of Google's models accepts, as data (specs/dialects.md 1.4, 2.5, 2.6).</summary>
/// <param name="Generation">The generation, such as 2.5. A name without a number counts as the newest.</param>
/// <param name="IsGemma">Whether it is an open model, which has no system instructions, JSON output or reasoning.</param>
/// <param name="PaintsPictures">Whether its answers may hold pictures.</param>
/// <param name="Speaks">Whether it answers in sound.</param>
/// <param name="Budget">The bounds of its reasoning budget in tokens. Null when it reasons in levels or not at all.</param>
internal sealed record GeminiModel(double Generation, bool IsGemma, bool PaintsPictures, bool Speaks, ReasoningBounds? Budget)
{
    /// <summary>The limits of one call. The limit of tokens holds for each text (specs/dialects.md 4.1).</summary>
    public static readonly EmbeddingLimits EmbeddingLimits = new(MostInputs: 100, MostTokens: 2048 * 100);

    private const double Newest = 3.5;

    /// <summary>Budgets by the beginning of the model's name, longer beginnings first.</summary>
    private static readonly (string Prefix, ReasoningBounds Bounds)[] Budgets =
    [
        ("gemini-2.5-pro", new ReasoningBounds(128, 32768, CanBeOff: false)),
        ("gemini-2.5-flash-lite", new ReasoningBounds(512, 24576, CanBeOff: true)),
        ("gemini-2.5-flash", new ReasoningBounds(0, 24576, CanBeOff: true)),
    ];

    private bool IsFlash { get; init; }

    public bool TakesPenalties => Generation != 2.5;

    public bool TakesJson => !IsGemma && !Speaks;

    public bool TakesJsonSchema => TakesJson && Generation >= 2;

    public bool TakesJsonWithTools => Generation >= 3;

    public bool TakesMediaInToolResults => !IsGemma && Generation >= 3;

    /// <summary>Whether the model rejects a call of the current turn that is sent back without its signature (P-23).</summary>
    public bool DemandsSignatures => !IsGemma && Generation >= 3;

    public bool ReasonsInLevels => !IsGemma && !PaintsPictures && !Speaks && Generation >= 3;

    /// <summary>The lowest level of reasoning. Reasoning cannot be turned off for these models.</summary>
    public string LowestLevel => IsFlash && Generation <= 3.6 ? "minimal" : "low";

    public int MostOutputTokens => IsGemma || Generation < 2.5 ? 8192 : 65536;

    /// <param name="name">The provider's name for the model, with or without <c>models/</c>.</param>
    public static GeminiModel Of(string name)
    {
        var bare = name[(name.LastIndexOf('/') + 1)..].ToLowerInvariant();
        var paints = bare.Contains("image", StringComparison.Ordinal);
        var speaks = bare.Contains("tts", StringComparison.Ordinal) || bare.Contains("native-audio", StringComparison.Ordinal);
        var budget = paints || speaks ? null : Array.Find(Budgets, each => bare.StartsWith(each.Prefix, StringComparison.Ordinal)).Bounds;
        return new GeminiModel(GenerationOf(bare), bare.StartsWith("gemma", StringComparison.Ordinal), paints, speaks, budget)
        {
            IsFlash = bare.Contains("flash", StringComparison.Ordinal),
        };
    }

    private static double GenerationOf(string name)
    {
        const string line = "gemini-";
        if (!name.StartsWith(line, StringComparison.Ordinal))
            return Newest;
        var number = name[line.Length..].Split('-')[0];
        return double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var generation) ? generation : Newest;
    }
}
