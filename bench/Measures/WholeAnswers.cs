using Dragoman.Bench.Load;

namespace Dragoman.Bench.Measures;

/// <summary>One turn of whole answers with one request in flight; times in microseconds.</summary>
internal sealed record WholeAnswers(double Median, double P99, CpuUse Cpu)
{
    public static async Task<WholeAnswers> MeasureAsync(TestBed bed, Contender contender, int requests, CancellationToken cancellation)
    {
        var workload = Workload.Small;
        var body = contender.Dialect.Ask(workload, "How long does this take?", stream: false);
        var client = contender.ClientFor(workload);
        var buffer = new byte[16 * 1024];
        var times = new double[requests];
        string? text = null;
        var meter = new CpuMeter(bed.UpstreamOf(workload), contender.Hops);
        for (var request = 0; request < requests; request++)
        {
            var (length, took) = await client.AskAsync(body, buffer, cancellation);
            times[request] = took.TotalMicroseconds;
            var answer = contender.Dialect.ReadWhole(buffer.AsMemory(0, length), workload);
            if (answer != (text ??= answer))
                throw new WrongAnswerException("one question got two answers", buffer.AsSpan(0, length));
        }

        var cpu = await meter.StopAsync(requests);
        return new WholeAnswers(Statistics.Percentile(times, 0.5), Statistics.Percentile(times, 0.99), cpu);
    }
}
