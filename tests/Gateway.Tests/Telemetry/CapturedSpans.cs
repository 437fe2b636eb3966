using System.Collections.Concurrent;
using System.Diagnostics;
using Dragoman.Telemetry;

namespace Dragoman.Gateway.Tests.Telemetry;

/// <summary>Wants all spans of the process and keeps them. No other test runs meanwhile, because it would make spans too.</summary>
internal sealed class CapturedSpans : IDisposable
{
    /// <summary>The collection of tests that run alone.</summary>
    public const string Alone = nameof(CapturedSpans);

    private readonly ConcurrentQueue<Activity> spans = new();
    private readonly ActivityListener listener;

    public CapturedSpans(ActivitySamplingResult wanted = ActivitySamplingResult.AllDataAndRecorded)
    {
        listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == Tracing.SourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => wanted,
            ActivityStopped = spans.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
    }

    /// <summary>The ended spans of a kind, the first first.</summary>
    public Activity[] Of(ActivityKind kind) => [.. spans.Where(span => span.Kind == kind)];

    public void Dispose() => listener.Dispose();
}

[CollectionDefinition(CapturedSpans.Alone, DisableParallelization = true)]
public sealed class TestsWithSpans;
