namespace Dragoman.Emulator.Generation;

/// <summary>SplitMix64: a small generator whose sequence depends on the seed alone, on every machine and version.</summary>
internal sealed class DeterministicRandom(ulong seed)
{
    private ulong state = seed;

    public ulong Next()
    {
        state += 0x9E3779B97F4A7C15;
        return Mix(state);
    }

    /// <summary>A number in 0 ..&lt; <paramref name="bound"/>.</summary>
    public int Below(int bound) => (int)(Next() % (ulong)bound);

    /// <summary>A number in <paramref name="least"/> .. <paramref name="most"/>, both included.</summary>
    public int Between(int least, int most) => least + Below(most - least + 1);

    /// <summary>A number in 0 ..&lt; 1.</summary>
    public double Fraction() => (Next() >> 11) * (1.0 / (1UL << 53));

    public T Pick<T>(ReadOnlySpan<T> choices) => choices[Below(choices.Length)];

    /// <summary>An independent seed for part <paramref name="number"/> of an answer with this <paramref name="seed"/>.</summary>
    public static ulong Derive(ulong seed, int number) =>
        number == 0 ? seed : Mix(seed + ((ulong)number * 0xD1342543DE82EF95));

    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
