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
    /// The number of cases of a costly law: all of them, or the percentage that <c>DRAGOMAN_GENERATED_PERCENT</c> holds when one law
    /// runs a thousand times, as in mutation tests.
    /// </summary>
    public static int Cases(int all) =>
        int.TryParse(Environment.GetEnvironmentVariable("DRAGOMAN_GENERATED_PERCENT"), NumberStyles.None, CultureInfo.InvariantCulture, out var percent) ? Math.Max(1, all * percent / 100) : all;

    public static void Check<T>(Gen<T> cases, int count, Action<T> assertion) => Check(cases.ToArbitrary(), count, assertion);

    /// <param name="cases">The generator of the cases.</param>
    /// <param name="smaller">Returns simpler cases than one that fails. The failure shows the simplest case that still fails.</param>
    /// <param name="count">The number of cases.</param>
    /// <param name="assertion">The assertion that every case must pass.</param>
    public static void Check<T>(Gen<T> cases, Func<T, IEnumerable<T>> smaller, int count, Action<T> assertion) => Check(Arb.From(cases, smaller), count, assertion);

    private static void Check<T>(Arbitrary<T> cases, int count, Action<T> assertion) =>
        FsCheck.Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(count).WithReplay(FSharpOption<Replay>.Some(new Replay(new Rnd(Seed, 1), FSharpOption<int>.None))),
            Prop.ForAll(cases, assertion));

    /// <summary>Text with everything that is difficult: quotes, control characters, line separators, surrogate pairs and lone surrogates.</summary>
    public static Gen<string> Text { get; } = Gen
        .Frequency(
            (6, Gen.Choose(' ', '~').Select(unit => ((char)unit).ToString())),
            (2, Gen.Elements("\"", "\\", "\n", "\r", "\t", "\b", "\f", "\0", "/", "\u007f", "\u0085", "\u2028", "\u2029", "é", "漢", "\ufffd")),
            (2, Gen.Elements("👋", "🇩🇰", "👩‍💻", "𝒳")),
            (1, Gen.Elements("\ud83d", "\udc4b", "\ud83d\ud83d", "\\ud83d")))
        .ListOf()
        .Select(string.Concat);

    /// <summary>Text without lone surrogates, which UTF-8 cannot represent.</summary>
    public static Gen<string> WellFormedText { get; } = Text.Select(text => new string([.. text.EnumerateRunes().SelectMany(rune => rune.ToString())]));
}
