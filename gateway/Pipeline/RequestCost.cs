using System.Globalization;
using Dragoman.Access;
using Dragoman.Configuration;

namespace Dragoman.Pipeline;

/// <summary>What a request costs with all its tries, and the headers that tell its client.</summary>
/// <param name="exchange">The exchange that makes the request.</param>
/// <param name="model">The published name of the model.</param>
internal sealed class RequestCost(Exchange exchange, string model)
{
    /// <summary>The header with the cost in US dollars, without an exponent.</summary>
    public const string Header = "x-dragoman-cost";

    /// <summary>The header instead of it when the cost is not known. It says what is missing: <c>price</c>.</summary>
    public const string UnknownHeader = "x-dragoman-cost-unknown";

    /// <summary>The header with the milliseconds that the gateway itself took until the answer began.</summary>
    public const string OverheadHeader = "x-dragoman-overhead-ms";

    private static readonly decimal InMillisecond = TimeSpan.TicksPerMillisecond;

    /// <summary>The cost of the tries that were thrown away, in picodollars; null if a price is not known.</summary>
    private long? before = 0;

    /// <summary>Whether clients are told at all.</summary>
    public static bool IsTold(Exchange exchange) => exchange.Snapshot.Configuration.Answers.Cost != CostReport.Off;

    /// <summary>The text of an amount of picodollars, in US dollars.</summary>
    public static string TextOf(long amount) => Picodollars.ToDollars(amount).ToString(CultureInfo.InvariantCulture);

    /// <summary>Tells how long the gateway itself took until now; does nothing once the response has begun.</summary>
    public static void WriteOverhead(Exchange exchange)
    {
        if (exchange.Http.Response.HasStarted || !IsTold(exchange))
            return;
        var overhead = Math.Max(0, (exchange.Elapsed - exchange.Waits.Total).Ticks) / InMillisecond;
        exchange.Http.Response.Headers[OverheadHeader] = overhead.ToString("0.##", CultureInfo.InvariantCulture);
    }

    /// <summary>Counts a try that another one follows.</summary>
    public void Add(in TargetUse use) => before = With(use);

    /// <summary>The cost in picodollars, if the last try used what is given; null if a price is not known.</summary>
    public long? With(in TargetUse last)
    {
        var provider = exchange.Snapshot.ProviderOf(last.Target).Settings;
        var day = DateOnly.FromDateTime(exchange.Clock.GetUtcNow().UtcDateTime);
        return exchange.Snapshot.Prices.CostOf(provider, last.Target.Model, model, last.Usage, day) is { } cost && before is { } known
            ? known > long.MaxValue - cost ? long.MaxValue : known + cost
            : null;
    }

    /// <summary>Tells what the answer costs; does nothing once the response has begun.</summary>
    public void WriteHeaders(in TargetUse last)
    {
        if (exchange.Http.Response.HasStarted || !IsTold(exchange))
            return;
        var (name, value) = HeaderOf(With(last));
        exchange.Http.Response.Headers[name] = value;
        WriteOverhead(exchange);
    }

    /// <summary>The header or trailer that tells a cost.</summary>
    /// <param name="cost">Picodollars; null if a price is not known.</param>
    public static (string Name, string Value) HeaderOf(long? cost) => cost is { } known ? (Header, TextOf(known)) : (UnknownHeader, "price");
}
