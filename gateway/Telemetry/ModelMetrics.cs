using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Dragoman.Conversation;

namespace Dragoman.Telemetry;

/// <summary>The metrics of calls to providers, with the names and bounds of the semantic conventions for generative AI.</summary>
internal static class ModelMetrics
{
    private static readonly Meter Meter = new("Dragoman");

    private static readonly Histogram<double> Durations = Meter.CreateHistogram(
        "gen_ai.client.operation.duration",
        "s",
        "How long a call to a provider took, with its answer.",
        tags: null,
        new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92] });

    private static readonly Histogram<double> FirstTokens = Meter.CreateHistogram(
        "gen_ai.server.time_to_first_token",
        "s",
        "From a call to a provider to the first content of its streamed answer.",
        tags: null,
        new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0] });

    private static readonly Histogram<long> Tokens = Meter.CreateHistogram(
        "gen_ai.client.token.usage",
        "{token}",
        "The tokens of a call to a provider.",
        tags: null,
        new InstrumentAdvice<long> { HistogramBucketBoundaries = [1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864] });

    /// <summary>The last outcome of each provider, by the operator's name; there are as many as were ever configured.</summary>
    private static readonly ConcurrentDictionary<string, (string Name, bool IsAvailable)> Providers = new(StringComparer.Ordinal);

    private static readonly KnownModels Models = new();

    private static readonly ObservableGauge<int> Available = Meter.CreateObservableGauge(
        "dragoman.provider.available",
        () => Providers.Select(provider => new Measurement<int>(
            provider.Value.IsAvailable ? 1 : 0,
            new(GenAI.ProviderName, provider.Value.Name),
            new KeyValuePair<string, object?>(GenAI.Provider, provider.Key))),
        description: "1 if the provider has answered the last call, 0 if it could not be reached, failed or refused the gateway's key.");

    /// <summary>Whether anything listens.</summary>
    public static bool IsOn => Durations.Enabled || Tokens.Enabled || FirstTokens.Enabled || Available.Enabled;

    /// <summary>Counts a call.</summary>
    /// <param name="call">What was called.</param>
    /// <param name="duration">How long it took.</param>
    /// <param name="firstToken">The time to the first content of a stream; null if there was none.</param>
    /// <param name="usage">The tokens.</param>
    /// <param name="error">Why it failed; null if it did not.</param>
    public static void Count(ModelCall call, TimeSpan duration, TimeSpan? firstToken, in Usage usage, ErrorKind? error)
    {
        if (IsOfProvider(error) is { } isAvailable)
            Providers[call.Provider] = (call.ProviderName, isAvailable);
        var tags = new TagList
        {
            { GenAI.Operation, call.Operation },
            { GenAI.ProviderName, call.ProviderName },
            { GenAI.Provider, call.Provider },
            { GenAI.RequestModel, Models.NameOf(call.Provider, call.Model, error is null) },
            { GenAI.ServerAddress, call.Address.Host },
            { GenAI.ServerPort, call.Address.Port },
        };
        if (error is null && firstToken is { } first)
            FirstTokens.Record(first.TotalSeconds, tags);
        if (usage.Origin != UsageOrigin.Absent && Tokens.Enabled)
        {
            Record(usage.InputTotal, "input", tags);
            Record(usage.OutputTotal, "output", tags);
        }

        if (error is { } kind)
            tags.Add(GenAI.ErrorType, GenAI.NameOf(kind));
        Durations.Record(duration.TotalSeconds, tags);
    }

    private static void Record(long tokens, string type, TagList tags)
    {
        tags.Add(GenAI.TokenType, type);
        Tokens.Record(tokens, tags);
    }

    /// <summary>Whether an outcome says that the provider works or does not; null if it says neither, because it depends on the request.</summary>
    private static bool? IsOfProvider(ErrorKind? error) => error switch
    {
        null => true,
        ErrorKind.UpstreamFailed or ErrorKind.Timeout or ErrorKind.Overloaded or ErrorKind.UpstreamRefusedKey => false,
        ErrorKind.QuotaExceeded => false,
        _ => null,
    };
}
