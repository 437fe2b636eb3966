using Dragoman.Emulator.Generation;

namespace Dragoman.Emulator.Tools;

/// <summary>The form of a dialect's tool call ids: a prefix, then letters and digits.</summary>
internal sealed record CallIds(string Prefix, int Length)
{
    private const string Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    public static CallIds OfMistral { get; } = new("", 9);

    public static CallIds OfOpenAI { get; } = new("call_", 24);

    public static CallIds OfAnthropic { get; } = new("toolu_01", 22);

    public static CallIds OfGemini { get; } = new("fc_", 12);

    public string Next(DeterministicRandom random) =>
        Prefix + string.Create(Length, random, static (letters, random) =>
        {
            foreach (ref var letter in letters)
                letter = Letters[random.Below(Letters.Length)];
        });
}
