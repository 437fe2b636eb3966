using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;

namespace Dragoman.Fuzz.Engine;

/// <summary>
/// Fuzzes one target in this process: mutates inputs, keeps those that take new branches, and saves the smallest input of
/// each find. The same seed, corpus and build give the same inputs.
/// </summary>
internal sealed class Fuzzing
{
    /// <summary>The largest input in bytes. Quadratic work shows well below it.</summary>
    private const int Largest = 32 * 1024;

    /// <summary>The time limit for one input, with a large margin because the machine may be busy.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(2);

    /// <summary>After this time an input counts as endless.</summary>
    private static readonly TimeSpan Endless = TimeSpan.FromSeconds(30);

    private readonly FuzzTarget target;
    private readonly string finds;
    private readonly Mutation mutation;
    private readonly Random random;
    private readonly Coverage coverage = new();
    private readonly List<byte[]> inputs = [];
    private readonly HashSet<string> known = [];
    private readonly int seeds;
    private byte[] current = [];
    private long startedAt;
    private long executions;
    private TimeSpan elapsed;

    public Fuzzing(FuzzTarget target, string corpus, string finds, int seed)
    {
        this.target = target;
        this.finds = finds;
        random = new Random(seed);
        if (Directory.Exists(corpus))
            inputs.AddRange(Directory.GetFiles(corpus).Order(StringComparer.Ordinal).Select(File.ReadAllBytes));
        if (inputs.Count == 0)
            inputs.Add("{}"u8.ToArray());
        seeds = inputs.Count;
        mutation = new Mutation(target.Kind, random, inputs);
    }

    public int Finds => known.Count;

    public string Summary => string.Create(
        CultureInfo.InvariantCulture,
        $"{target.Name,-24} {executions,9} executions, {executions / elapsed.TotalSeconds,7:0} a second, {coverage.Branches,6} branches, {inputs.Count - seeds,5} new inputs, {known.Count} finds");

    public void Run(TimeSpan length)
    {
        using var watchdog = new Timer(_ => EndIfEndless(), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
        var watch = Stopwatch.StartNew();
        foreach (var input in inputs.ToArray())
            Try(input);
        while (watch.Elapsed < length)
        {
            // Half of the time, one of the latest inputs is chosen, because they are the least explored.
            var from = random.Next(2) == 0 ? random.Next(inputs.Count) : inputs.Count - 1 - random.Next(Math.Min(inputs.Count, 32));
            var input = mutation.Of(inputs[from]);
            if (input.Length <= Largest && Try(input) && coverage.Learn())
                inputs.Add(input);
        }

        elapsed = watch.Elapsed;
        Interlocked.Exchange(ref startedAt, 0);
    }

    /// <returns>Whether the input passes.</returns>
    private bool Try(byte[] input)
    {
        executions++;
        var (failure, took) = Execute(input);
        if (failure is null && took > Longest)
        {
            // The machine may cause one slow run.
            for (var again = 0; again < 3 && took > Longest; again++)
                took = Execute(input).Took is var next && next < took ? next : took;
            if (took > Longest)
                failure = new TimeoutException($"takes {took.TotalSeconds:0.0} s");
        }

        if (failure is null)
            return true;
        var signature = SignatureOf(failure);
        if (known.Add(signature))
            Keep(failure is TimeoutException ? input : Shrink(input, signature), signature, failure);
        return false;
    }

    private (Exception? Failure, TimeSpan Took) Execute(byte[] input)
    {
        current = input;
        coverage.Begin();
        var began = Stopwatch.GetTimestamp();
        Interlocked.Exchange(ref startedAt, began);
        try
        {
            target.Check(input);
            return (null, Stopwatch.GetElapsedTime(began));
        }
        catch (Exception failure)
        {
            return (failure, Stopwatch.GetElapsedTime(began));
        }
        finally
        {
            Interlocked.Exchange(ref startedAt, 0);
        }
    }

    /// <summary>The kind of failure, and the place in the gateway, or else in the checks, where it was thrown.</summary>
    private static string SignatureOf(Exception failure)
    {
        var frames = (failure.StackTrace ?? "").Split('\n').Select(line => line.Trim()).Where(line => line.StartsWith("at Dragoman.", StringComparison.Ordinal)).Select(line => line.Split(" in ")[0]).ToList();
        return $"{failure.GetType().Name} {string.Join(" < ", frames.Take(3))}";
    }

    private byte[] Shrink(byte[] input, string signature)
    {
        var deadline = Stopwatch.StartNew();
        for (var size = input.Length / 2; size >= 1; size /= 2)
        {
            for (var at = 0; at + size <= input.Length && deadline.Elapsed < TimeSpan.FromSeconds(5);)
            {
                byte[] shorter = [.. input[..at], .. input[(at + size)..]];
                if (Execute(shorter).Failure is { } failure && SignatureOf(failure) == signature)
                    input = shorter;
                else
                    at += size;
            }
        }

        return input;
    }

    private void Keep(byte[] input, string signature, Exception failure)
    {
        Directory.CreateDirectory(finds);
        var name = Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(signature)))[..12];
        File.WriteAllBytes(Path.Combine(finds, name), input);
        File.WriteAllText(Path.Combine(finds, name + ".txt"), $"{signature}\n{failure}\n");
        Console.WriteLine($"{target.Name}: find {name}, {input.Length} bytes: {failure.GetType().Name}: {failure.Message.Split('\n')[0]}\n    {signature}");
    }

    /// <summary>An endless input cannot be stopped, so it is only reported.</summary>
    private void EndIfEndless()
    {
        var began = Interlocked.Read(ref startedAt);
        if (began == 0 || Stopwatch.GetElapsedTime(began) < Endless)
            return;
        Keep(current, "endless", new TimeoutException($"has not ended after {Endless.TotalSeconds} s"));
        Environment.Exit(1);
    }
}
