using System.Text.Json.Nodes;

namespace Dragoman.Configuration;

/// <summary>A value of the configuration: a text, number, truth value or list, but no object.</summary>
/// <param name="Pointer">Its JSON pointer.</param>
/// <param name="Value">The value. It may be a credential; <see cref="MaskedValue"/> shows it without.</param>
/// <param name="Origin">Where it comes from.</param>
public sealed record ConfigurationValue(string Pointer, JsonNode Value, ValueOrigin Origin)
{
    /// <summary>Leaves out the value, so that it cannot end up in a log.</summary>
    public override string ToString() => $"{Pointer} ({Origin})";
}
