using System.Globalization;
using System.Text.Json;
using Dragoman.Emulator.Behaviors;

namespace Dragoman.Emulator.OpenAI;

/// <summary>What a model supports and rejects, by its name (<c>specs/dialects.md 1.1</c>, model-dependent rules).</summary>
/// <param name="Id">The name in requests.</param>
/// <param name="Snapshot">The name in answers.</param>
internal sealed record OpenAIModel(string Id, string Snapshot)
{
    // 2025-01-01T00:00:00Z, the same at every start.
    private const long Created = 1735689600;

    /// <summary>Whether it reasons and rejects sampling parameters and <c>max_tokens</c>.</summary>
    public bool IsReasoning { get; init; } =
        (Id.StartsWith("o1", StringComparison.Ordinal) || Id.StartsWith("o3", StringComparison.Ordinal)
            || Id.StartsWith("o4", StringComparison.Ordinal) || Id.StartsWith("gpt-5", StringComparison.Ordinal))
        && !Id.Contains("-chat", StringComparison.Ordinal);

    /// <summary>Whether its name asks for a behavior. Such a model accepts what any model accepts.</summary>
    public bool IsEmulated { get; } = EmulatedBehavior.IsNamedBy(Id);

    public bool Embeds => Dimensions > 0 || IsEmulated;

    public bool Chats => Dimensions == 0;

    /// <summary>The dimensions of an embedding model. 0 for other models.</summary>
    public int Dimensions { get; init; }

    /// <summary>Whether it reads and writes speech.</summary>
    public bool Speaks => Id.StartsWith("gpt-audio", StringComparison.Ordinal) || IsEmulated;

    /// <summary>Whether function tools need Responses unless reasoning is turned off: gpt-5.2 and later.</summary>
    public bool RefusesToolsInChat => IsReasoning && Version >= 2;

    /// <summary>Whether <c>none</c> turns reasoning off: gpt-5.1 and later.</summary>
    public bool CanStopReasoning => IsReasoning && Version >= 1;

    /// <summary>The values of <c>reasoning_effort</c> that it accepts.</summary>
    public string[] Efforts => Version switch
    {
        _ when IsEmulated => ["none", "minimal", "low", "medium", "high", "xhigh", "max"],
        _ when !IsReasoning => [],
        >= 2 => ["none", "low", "medium", "high", "xhigh", "max"],
        1 => ["none", "low", "medium", "high"],
        0 => ["minimal", "low", "medium", "high"],
        _ => ["low", "medium", "high"],
    };

    /// <summary>The number after <c>gpt-5.</c>; 0 for gpt-5 itself, −1 for the others.</summary>
    private int Version
    {
        get
        {
            if (!Id.StartsWith("gpt-5", StringComparison.Ordinal))
                return -1;
            var digits = Id.Length > 6 && Id[5] == '.' ? new string([.. Id[6..].TakeWhile(char.IsAsciiDigit)]) : "";
            return int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var version) ? version : 0;
        }
    }

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, Id);
        json.WriteString("object"u8, "model"u8);
        json.WriteNumber("created"u8, Created);
        json.WriteString("owned_by"u8, "system"u8);
        json.WriteEndObject();
    }
}
