using System.Text.Json;
using System.Text.Json.Nodes;

namespace Dragoman.Gateway.Tests.Configuration;

/// <summary>A member of the configuration, as the published schema describes it.</summary>
/// <param name="Pointer">Its JSON pointer, with <c>NAME</c> for a name that the operator chooses and <c>N</c> for an index.</param>
/// <param name="Own">The member's own keywords.</param>
/// <param name="Target">The keywords of the definition that it refers to, else its own.</param>
/// <param name="IsRequired">Whether the object around it must have it.</param>
internal sealed record SchemaMember(string Pointer, JsonElement Own, JsonElement Target, bool IsRequired)
{
    /// <summary>The mark of what only a restart changes.</summary>
    public const string Restart = "restart";

    /// <summary>The mark of what a reload changes, too.</summary>
    public const string Live = "live";

    private const string DefaultMark = "Default: ";

    public string Name => Pointer[(Pointer.LastIndexOf('/') + 1)..];

    /// <summary>The version that had it first, as its heading in the change log.</summary>
    public required string Since { get; init; }

    /// <summary><see cref="Restart"/> or <see cref="Live"/>; null if the schema does not tell.</summary>
    public string? Reload { get; init; }

    /// <summary>The pointer of the <see cref="SchemaObject"/> that it is or contains; null if there is none.</summary>
    public string? Below { get; set; }

    /// <summary>What it is for, without its default.</summary>
    public string Meaning => Sentences is { } text ? text.Split(DefaultMark)[0].TrimEnd() : "";

    /// <summary>The default in words; null if the description does not tell it.</summary>
    public string? DefaultInWords => Sentences?.Split(DefaultMark) is [_, var words] ? words.TrimEnd('.') : null;

    public JsonElement? Default => Find("default");

    public string? Unit => Find("x-unit")?.GetString();

    /// <summary>What is allowed, in words; null if it follows from the type.</summary>
    public string? Allowed => Find("x-allowed")?.GetString();

    /// <summary>The allowed words; empty if others are allowed too.</summary>
    public IReadOnlyList<string> Words =>
        Target.TryGetProperty("enum", out var words) ? [.. words.EnumerateArray().Select(static word => word.ToString()).Distinct()] : [];

    /// <summary>A value that may be written, as JSON; null for an object, whose members have theirs.</summary>
    public string? Example
    {
        get
        {
            if (Find("examples") is { } examples)
                return examples[0].GetRawText();
            if (Words.FirstOrDefault(word => word != (Default?.ToString() ?? DefaultInWords)) is { } other)
                return JsonSerializer.Serialize(other);
            return IsSwitch ? (Default is { ValueKind: JsonValueKind.True } ? "false" : "true") : null;
        }
    }

    public bool IsSwitch => SchemaObject.Text(Target, "type") == "boolean";

    public bool IsNumber => SchemaObject.Text(Target, "type") is "number" or "integer";

    private string? Sentences => Find("description")?.GetString();

    /// <summary>Whether it has a description of its own, and not only that of the definition that it refers to.</summary>
    public bool HasOwnMeaning => Own.TryGetProperty("description", out _);

    /// <summary>A keyword of the member, else of the definition that it refers to.</summary>
    public JsonElement? Find(string keyword) => Own.TryGetProperty(keyword, out var own) ? own : Target.TryGetProperty(keyword, out var shared) ? shared : null;

    /// <summary>A schema for the member's value alone.</summary>
    public string ToSchema() => new JsonObject { ["$defs"] = JsonObject.Create(SchemaObject.Definitions), ["allOf"] = new JsonArray(JsonObject.Create(Own)) }.ToJsonString();
}
