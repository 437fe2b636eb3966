using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.FSharp.Core;

namespace Dragoman.Gateway.Tests;

/// <summary>Checks an assertion against generated cases, the same ones in every run.</summary>
internal static class Generated
{
    private const ulong Seed = 20261120;

    /// <summary>
    /// How many cases of a costly law are tried: all, or the percentage that <c>DRAGOMAN_GENERATED_PERCENT</c> asks for where
    /// one law runs a thousand times, as when the code is mutated.
    /// </summary>
    public static int Cases(int all) =>
        int.TryParse(Environment.GetEnvironmentVariable("DRAGOMAN_GENERATED_PERCENT"), NumberStyles.None, CultureInfo.InvariantCulture, out var percent) ? Math.Max(1, all * percent / 100) : all;

    public static void Check<T>(Gen<T> cases, int count, Action<T> assertion) => Check(cases.ToArbitrary(), count, assertion);

    /// <param name="cases">What is checked.</param>
    /// <param name="smaller">Simpler cases than one that fails, of which a failure shows the simplest that fails too.</param>
    /// <param name="count">How many cases.</param>
    /// <param name="assertion">What holds of each.</param>
    public static void Check<T>(Gen<T> cases, Func<T, IEnumerable<T>> smaller, int count, Action<T> assertion) => Check(Arb.From(cases, smaller), count, assertion);

    private static void Check<T>(Arbitrary<T> cases, int count, Action<T> assertion) =>
        FsCheck.Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(count).WithReplay(FSharpOption<Replay>.Some(new Replay(new Rnd(Seed, 1), FSharpOption<int>.None))),
            Prop.ForAll(cases, assertion));

    /// <summary>Text with everything that hurts: quotes, controls, line separators, pairs of surrogates and their halves.</summary>
    public static Gen<string> Text { get; } = Gen
        .Frequency(
            (6, Gen.Choose(' ', '~').Select(unit => ((char)unit).ToString())),
            (2, Gen.Elements("\"", "\\", "\n", "\r", "\t", "\b", "\f", "\0", "/", "\u007f", "\u0085", "\u2028", "\u2029", "é", "漢", "\ufffd")),
            (2, Gen.Elements("👋", "🇩🇰", "👩‍💻", "𝒳")),
            (1, Gen.Elements("\ud83d", "\udc4b", "\ud83d\ud83d", "\\ud83d")))
        .ListOf()
        .Select(string.Concat);

    /// <summary>Text that UTF-8 can carry as it is.</summary>
    public static Gen<string> WellFormedText { get; } = Text.Select(text => new string([.. text.EnumerateRunes().SelectMany(rune => rune.ToString())]));
}
