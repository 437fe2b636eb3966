using System.Globalization;
using System.Text.Json;
using Dragoman.Emulator.Behaviors;

namespace Dragoman.Emulator.Anthropic;

/// <summary>What a model supports and rejects, by its family and version (<c>specs/dialects.md 1.3</c>).</summary>
/// <param name="Id">The model's full name.</param>
/// <param name="DisplayName">The name to show to people.</param>
internal sealed record AnthropicModel(string Id, string DisplayName)
{
    private static readonly string[] AllEfforts = ["low", "medium", "high", "xhigh", "max"];

    /// <summary>Whether its name asks for a behavior. Such a model accepts what any model accepts.</summary>
    public bool IsEmulated { get; } = EmulatedBehavior.IsNamedBy(Id);

    public bool RefusesPrefill => !IsEmulated && Version >= 46;

    /// <summary>Whether it accepts only the default sampling: models after Opus 4.6.</summary>
    public bool RefusesSampling => !IsEmulated && Version >= 47;

    /// <summary>Whether <c>temperature</c> and <c>top_p</c> exclude each other: since 4.1.</summary>
    public bool RefusesBothSamplings => !IsEmulated && Version >= 41;

    /// <summary>Whether it always rejects <c>tool</c> and <c>any</c>.</summary>
    public bool RefusesForcedChoice => !IsEmulated && (Id.EndsWith("-5-5", StringComparison.Ordinal) || (IsFable && Version > 50));

    public bool ThinksByBudget => IsEmulated || !ThinksAlways;

    public bool ThinksAdaptively => IsEmulated || Version >= 46;

    public bool ThinksBetweenTools => IsEmulated || Version >= 50;

    /// <summary>Whether thinking cannot be disabled.</summary>
    public bool ThinksAlways => !IsEmulated && (Id.EndsWith("-5-5", StringComparison.Ordinal) || IsFable);

    /// <summary>Whether it rejects disabled thinking with the highest efforts.</summary>
    public bool ThinksAtHighEffort => !IsEmulated && Id == "claude-opus-5";

    public bool WritesBySchema => IsEmulated || Version >= 45 || Version == 41;

    /// <summary>Whether it accepts instructions in the middle of the conversation: Opus 4.8 and the fifth family.</summary>
    public bool TakesSystemMessages => IsEmulated || Version >= 48;

    public string[] Efforts => IsEmulated || Version >= 47 ? AllEfforts : Version >= 45 ? ["low", "medium", "high", "max"] : [];

    /// <summary>The most output tokens.</summary>
    public int MaxTokens => IsEmulated || Version >= 46 ? 128_000 : Version >= 45 ? 64_000 : 32_000;

    private bool IsFable => Id.StartsWith("claude-fable-5", StringComparison.Ordinal);

    /// <summary>Ten times the version: 46 is 4.6. The date in a name does not count.</summary>
    private int Version
    {
        get
        {
            var numbers = Id.Split('-').Skip(2).Where(part => part.Length <= 2)
                .Select(part => int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0).ToList();
            return (numbers.ElementAtOrDefault(0) * 10) + numbers.ElementAtOrDefault(1);
        }
    }

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "model"u8);
        json.WriteString("id"u8, Id);
        json.WriteString("display_name"u8, DisplayName);
        json.WriteString("created_at"u8, "2026-01-01T00:00:00Z"u8);
        json.WriteNumber("max_input_tokens"u8, Version >= 46 ? 1_000_000 : 200_000);
        json.WriteNumber("max_tokens"u8, MaxTokens);
        json.WriteString("lifecycle"u8, "active"u8);
        json.WriteNull("deprecated_at"u8);
        json.WriteNull("retires_at"u8);
        json.WriteNull("line"u8);
        json.WriteStartObject("capabilities"u8);
        WriteSupport(json, "batch", false);
        WriteSupport(json, "citations", false);
        WriteSupport(json, "code_execution", false);
        WriteSupport(json, "context_management", false);
        WriteSupport(json, "image_input", true);
        WriteSupport(json, "pdf_input", true);
        WriteSupport(json, "server_tools", false);
        WriteSupport(json, "structured_outputs", WritesBySchema);
        json.WriteStartObject("effort"u8);
        json.WriteBoolean("supported"u8, Efforts.Length > 0);
        foreach (var effort in AllEfforts)
            WriteSupport(json, effort, Efforts.Contains(effort));
        json.WriteEndObject();
        json.WriteStartObject("thinking"u8);
        json.WriteBoolean("supported"u8, true);
        json.WriteStartObject("types"u8);
        WriteSupport(json, "enabled", ThinksByBudget);
        WriteSupport(json, "adaptive", ThinksAdaptively);
        WriteSupport(json, "between_tools", ThinksBetweenTools);
        WriteSupport(json, "disabled", !ThinksAlways);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteSupport(Utf8JsonWriter json, string name, bool isSupported)
    {
        json.WriteStartObject(name);
        json.WriteBoolean("supported"u8, isSupported);
        json.WriteEndObject();
    }
}
