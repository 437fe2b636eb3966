using System.Globalization;

namespace Dragoman.Dialects.Anthropic.Outbound;

/// <summary>
/// What one of Anthropic's models accepts, derived from its name: <c>claude-3-5-sonnet-20241022</c>,
/// <c>claude-opus-4-1-20250805</c>, <c>claude-fable-5</c> (specs/dialects.md 1.3, 2.5 to 2.8). A Claude name without a
/// version counts as the newest model. Any other name belongs to a server that imitates the API as it was when thinking
/// had a token budget.
/// </summary>
internal sealed record AnthropicModel
{
    private const int Newest = 9900;

    private const int Imitation = 400;

    private static readonly string[] Lines = ["opus", "sonnet", "haiku", "fable", "mythos"];

    /// <summary>The major version times 100 plus the minor version: 405 is 4.5.</summary>
    private readonly int version;

    private readonly string line;

    private readonly bool isClaude;

    private AnthropicModel(string line, int version, bool isClaude)
    {
        this.line = line;
        this.version = version;
        this.isClaude = isClaude;
    }

    /// <summary>The most tokens of one answer, including reasoning. Null when unknown.</summary>
    public int? MostOutputTokens => (isClaude, version) switch
    {
        (false, _) => null,
        (_, >= 406) => 128_000,
        (_, 405) => 64_000,
        (_, >= 400) => line == "opus" ? 32_000 : 64_000,
        (_, >= 307) => 64_000,
        (_, >= 305) => 8_192,
        _ => 4_096,
    };

    /// <summary>Whether <c>temperature</c>, <c>top_p</c> and <c>top_k</c> may differ from their defaults.</summary>
    public bool TakesSampling => version <= 406;

    /// <summary>Whether <c>temperature</c> and <c>top_p</c> exclude each other.</summary>
    public bool TakesOneOfTemperatureAndTopP => version >= 401;

    /// <summary>Whether it continues the text of a final assistant message (P-20).</summary>
    public bool TakesPrefill => version < 406;

    /// <summary>Whether instructions may stand among the messages (P-53).</summary>
    public bool TakesSystemMessages => version >= 500 || (line == "opus" && version >= 408);

    /// <summary>Whether it guarantees a JSON Schema, for answers and for tools.</summary>
    public bool KeepsToSchemas => isClaude && (version >= 405 || (line == "opus" && version >= 401));

    /// <summary>Whether it can reason at all.</summary>
    public bool Thinks => version >= 307;

    /// <summary>Whether it decides how long to think, given a level. Other models need a number of tokens.</summary>
    public bool ThinksAdaptively => isClaude && version >= 406;

    public bool HasExtraHighEffort => version >= 407;

    /// <summary>Whether thinking cannot be turned off: <c>between_tools</c> is the minimum (specs/dialects.md 1.3).</summary>
    public bool AlwaysThinks => isClaude && (version >= 505 || (line == "fable" && version >= 500));

    /// <summary>Whether it can be forced to call a tool while it does not think (P-21).</summary>
    public bool TakesForcedTools => !AlwaysThinks || (line == "haiku" && version == 505);

    public static AnthropicModel Of(string name)
    {
        var words = name.ToLowerInvariant().Split('-', '.', '_', '/', ':', '@');
        var line = Array.Find(Lines, words.Contains) ?? "";
        var isClaude = line.Length > 0 || words.Contains("claude");
        // Dates are numbers too, but longer.
        var numbers = words.Where(word => word.Length is 1 or 2 && word.All(char.IsAsciiDigit)).Select(word => int.Parse(word, CultureInfo.InvariantCulture)).ToList();
        return new AnthropicModel(line, (isClaude, numbers) switch
        {
            (false, _) => Imitation,
            (_, []) => Newest,
            (_, [var major]) => major * 100,
            (_, [var major, var minor, ..]) => (major * 100) + minor,
        }, isClaude);
    }
}
