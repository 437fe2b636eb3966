using Dragoman.Fuzz;
using Dragoman.Fuzz.Engine;
using SharpFuzz;

const int Found = 1;
const int Misused = 2;

// AFL's own map replaces this one as soon as it exists.
Coverage.Prepare();
switch (args)
{
    case ["list"]:
        foreach (var name in FuzzTarget.All.Select(target => target.Name))
            Console.WriteLine(name);
        return 0;
    case ["run", var wanted, var seconds, var corpus, var finds, .. var rest] when double.TryParse(seconds, out var length) && length > 0 && rest.Length <= 1:
        return Run(wanted, TimeSpan.FromSeconds(length), corpus, finds, rest is [var seed] ? int.Parse(seed) : 1);
    case ["replay", var wanted, .. var files]:
        return Replay(Of(wanted).Single(), files);
    case ["afl", var wanted]:
        var target = Of(wanted).Single();
        Fuzzer.OutOfProcess.Run(stream =>
        {
            using var input = new MemoryStream();
            stream.CopyTo(input);
            target.Check(input.ToArray());
        });
        return 0;
    case ["seed", var streams, var corpus]:
        Seeds.Write(streams, corpus);
        return 0;
    default:
        Console.Error.WriteLine("""
            usage; tests/fuzz/run.sh builds and starts it:
              dragoman-fuzz list
              dragoman-fuzz run TARGET|all SECONDS CORPUS FINDS [SEED]   SECONDS for each target
              dragoman-fuzz replay TARGET FILE…
              dragoman-fuzz afl TARGET                                   under afl-fuzz
              dragoman-fuzz seed STREAMS CORPUS
            """);
        return Misused;
}

static IReadOnlyList<FuzzTarget> Of(string name) => name == "all" ? FuzzTarget.All : [.. FuzzTarget.All.Where(target => target.Name == name)];

static int Run(string name, TimeSpan length, string corpus, string finds, int seed)
{
    if (Of(name) is not { Count: > 0 } targets)
    {
        Console.Error.WriteLine($"dragoman-fuzz: there is no target {name}; list names them");
        return Misused;
    }

    var found = 0;
    foreach (var target in targets)
    {
        var fuzzing = new Fuzzing(target, Path.Combine(corpus, target.Name), Path.Combine(finds, target.Name), seed);
        fuzzing.Run(length);
        Console.WriteLine(fuzzing.Summary);
        found += fuzzing.Finds;
    }

    Console.WriteLine($"{found} finds in {targets.Count} targets{(found > 0 ? $"; see {finds}" : "")}");
    return found > 0 ? Found : 0;
}

static int Replay(FuzzTarget target, string[] files)
{
    foreach (var file in files)
    {
        target.Check(File.ReadAllBytes(file));
        Console.WriteLine($"{file}: fine");
    }

    return 0;
}
