using System.Text;
using Dragoman.Emulator.Generation;

namespace Dragoman.Emulator.Schemas;

/// <summary>Generates a string with a length, a format or a pattern.</summary>
internal static class SchemaText
{
    // A schema may require a huge string.
    private const int Longest = 100_000;

    private const int PatternAttempts = 50;

    public static string Make(SchemaConstraints constraints, DeterministicRandom random)
    {
        if (constraints.Pattern is { } pattern)
        {
            var text = PatternText.Make(pattern, random);
            for (var attempt = 0; attempt < PatternAttempts && !(Fits(constraints, text) && PatternText.Matches(pattern, text)); attempt++)
                text = PatternText.Make(pattern, random);
            return text;
        }

        return Formatted(constraints.Format, random) is { } formatted ? formatted : Words(constraints, random);
    }

    private static bool Fits(SchemaConstraints constraints, string text)
    {
        var length = text.EnumerateRunes().Count();
        return length >= constraints.MinLength && length <= constraints.MaxLength;
    }

    private static string Words(SchemaConstraints constraints, DeterministicRandom random)
    {
        var text = new StringBuilder();
        var words = random.Between(1, 3);
        var least = Math.Min(constraints.MinLength, Longest);
        while (words-- > 0 || text.Length < least)
            text.Append(text.Length > 0 ? " " : "").Append(random.Pick(Vocabulary.Words[..70]));
        if (text.Length <= constraints.MaxLength && text.Length == text.ToString().EnumerateRunes().Count())
            return text.ToString();
        return text.ToString(0, Math.Min(text.Length, Math.Max(least, Math.Min(constraints.MaxLength, text.Length))));
    }

    private static string? Formatted(string? format, DeterministicRandom random)
    {
        var day = new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc).AddSeconds(random.Below(365 * 24 * 3600));
        var word = Vocabulary.Words[random.Below(50)];
        return format switch
        {
            "date-time" => day.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'"),
            "date" => day.ToString("yyyy-MM-dd"),
            "time" => day.ToString("HH:mm:ss'Z'"),
            "duration" => $"PT{random.Between(1, 59)}M",
            "email" or "idn-email" => $"{word}@example.com",
            "hostname" or "idn-hostname" => $"{word}.example.com",
            "uri" or "iri" or "url" => $"https://example.com/{word}",
            "uri-reference" or "iri-reference" => $"/{word}",
            "uri-template" => $"/{word}/{{id}}",
            "ipv4" => $"192.0.2.{random.Between(1, 254)}",
            "ipv6" => $"2001:db8::{random.Between(1, 0xffff):x}",
            "uuid" => Uuid(random),
            "json-pointer" => $"/{word}/0",
            "relative-json-pointer" => $"0/{word}",
            "regex" => $"^{word}$",
            "byte" => Convert.ToBase64String(Encoding.UTF8.GetBytes(word)),
            _ => null,
        };
    }

    private static string Uuid(DeterministicRandom random)
    {
        var high = random.Next();
        var low = random.Next();
        return $"{high >> 32:x8}-{high >> 16 & 0xffff:x4}-4{high & 0xfff:x3}-{low >> 48 & 0x3fff | 0x8000:x4}-{low & 0xffffffffffff:x12}";
    }
}
