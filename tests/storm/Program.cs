using Dragoman.Storm;

const int Faulty = 1;
const int Misused = 2;

if (StormOptions.Read(args) is not { } options)
{
    Console.Error.WriteLine(StormOptions.Usage);
    return Misused;
}

Console.WriteLine($"{options.ProcessCount} gateways with {options.RequestCount} requests in flight each, for {options.Duration.TotalSeconds} s; seed {options.Seed}");
var isFaulty = false;
foreach (var kind in options.Stores)
{
    var findings = await Storm.RunAsync(kind, options);
    Console.Write(findings);
    isFaulty |= findings.HasFaults;
}

return isFaulty ? Faulty : 0;
