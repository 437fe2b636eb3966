namespace Dragoman.Bench.Streams;

/// <summary><c>dragoman-bench streams</c>, from starting the processes to the report.</summary>
internal static class StreamsBenchmark
{
    private static readonly TimeSpan SettlingTime = TimeSpan.FromSeconds(1);

    public static async Task<(string Name, string Text)> RunAsync(string repository, StreamsOptions options, CancellationToken cancellation)
    {
        var machine = Machine.Describe(repository);
        var startedAt = DateTimeOffset.UtcNow;
        var report = new StreamsReport(options.Largest ? "The largest number of streams" : "Streams at once", machine, startedAt);
        if (options.Largest)
            report.Add(await FindLargestAsync(repository, LargestSearch.Thorough, [], cancellation));
        else
            report.Add(await MeasureAsync(repository, options, cancellation));
        return ($"{startedAt:yyyy-MM-dd}-{(options.Largest ? "most-streams" : $"streams-{options.Count}-http-{options.UpstreamHttp}")}-{machine.ShortName}.md", report.Text);
    }

    private static async Task<StreamsFinding> MeasureAsync(string repository, StreamsOptions options, CancellationToken cancellation)
    {
        var plan = new PacedPlan(options.Count, options.Ramp, options.Hold);
        await using var bed = await StreamsBed.StartAsync(repository, plan.Tokens);
        var name = options.Way ?? StreamsBed.FrontWay(options.UpstreamHttp);
        var way = bed.Ways.FirstOrDefault(each => each.Name.StartsWith(name, StringComparison.OrdinalIgnoreCase))
            ?? throw new InvalidOperationException($"there is no way \"{name}\"; there are: {string.Join("; ", bed.Ways.Select(each => each.Name))}");
        await WarmUpAsync(way, cancellation);
        Console.Error.WriteLine($"{plan.Streams} streams, {way.Name}, about {(plan.Ramp + plan.Ramp + plan.Hold).TotalSeconds:0} s");
        return await StreamsMeasure.RunAsync(way, plan, cancellation);
    }

    /// <summary>Searches for the largest number on each of the named ways, or on all when there are no names.</summary>
    public static async Task<List<LargestCount>> FindLargestAsync(string repository, LargestSearch search, IReadOnlyCollection<string> names, CancellationToken cancellation)
    {
        var counts = new List<LargestCount>();
        for (var index = 0; ; index++)
        {
            // Separate processes for each way, so that no way inherits another one's memory.
            await using var bed = await StreamsBed.StartAsync(repository, (int)LargestCount.Length.TotalSeconds);
            while (index < bed.Ways.Count && names.Count > 0 && !names.Contains(bed.Ways[index].Name))
                index++;
            if (index == bed.Ways.Count)
                return counts;
            await Task.Delay(SettlingTime, cancellation);
            counts.Add(await LargestCount.FindAsync(bed.Ways[index], search, cancellation));
        }
    }

    /// <summary>Sends one request, so that one-time allocations of the processes do not count for the streams.</summary>
    private static async Task WarmUpAsync(StreamWay way, CancellationToken cancellation)
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(way.Address, "/health"));
        (await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation)).Dispose();
        await Task.Delay(SettlingTime, cancellation);
    }
}
