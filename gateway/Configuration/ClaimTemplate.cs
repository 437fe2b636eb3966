using System.Diagnostics.CodeAnalysis;

namespace Dragoman.Configuration;

/// <summary>A text with placeholders for claims, such as <c>ml-{department}</c>.</summary>
/// <param name="Text">The text as it is configured.</param>
/// <param name="Parts">Its parts in order.</param>
public sealed record ClaimTemplate(string Text, IReadOnlyList<ClaimTemplate.Part> Parts)
{
    /// <param name="Text">A literal text, or the name of a claim.</param>
    /// <param name="IsClaim">Whether it is the name of a claim.</param>
    public readonly record struct Part(string Text, bool IsClaim);

    /// <summary>Whether there is a placeholder.</summary>
    public bool HasClaims { get; } = Parts.Any(part => part.IsClaim);

    /// <summary>Reads a template. It fails if a brace is not part of a placeholder.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out ClaimTemplate? template)
    {
        template = null;
        var parts = new List<Part>();
        for (var at = 0; at < text.Length;)
        {
            var isClaim = text[at] == '{';
            var end = text.AsSpan(at).IndexOf(isClaim ? '}' : '{');
            var part = isClaim switch
            {
                true when end < 0 => "",
                true => text[(at + 1)..(at + end)],
                false => end < 0 ? text[at..] : text[at..(at + end)],
            };
            if (isClaim ? !ClaimName.Is(part) : part.Contains('}', StringComparison.Ordinal))
                return false;
            parts.Add(new Part(part, isClaim));
            at += isClaim ? part.Length + 2 : part.Length;
        }

        template = new ClaimTemplate(text, parts);
        return true;
    }

    public override string ToString() => Text;
}
