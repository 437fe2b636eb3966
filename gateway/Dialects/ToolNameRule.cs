using System.Buffers;

namespace Dragoman.Dialects;

/// <summary>A provider's rule for tool names (specs/dialects.md 2.3).</summary>
/// <param name="Longest">The greatest length in characters.</param>
/// <param name="Allowed">The characters that a name may contain.</param>
/// <param name="StartsWithLetter">Whether the first character must be a letter or an underscore.</param>
public sealed record ToolNameRule(int Longest, SearchValues<char> Allowed, bool StartsWithLetter = false)
{
    private const string Usual = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";

    public static readonly ToolNameRule OpenAI = new(64, SearchValues.Create(Usual));

    public static readonly ToolNameRule Anthropic = new(128, SearchValues.Create(Usual));

    public static readonly ToolNameRule Gemini = new(64, SearchValues.Create(Usual + ".:"), StartsWithLetter: true);

    public bool Takes(string name) =>
        name.Length > 0 && name.Length <= Longest && !name.AsSpan().ContainsAnyExcept(Allowed)
        && (!StartsWithLetter || char.IsAsciiLetter(name[0]) || name[0] == '_');
}
