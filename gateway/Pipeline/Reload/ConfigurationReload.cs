using Dragoman.Configuration;
using Dragoman.Conversation;
using Dragoman.Secrets;
using Dragoman.Startup;
using Dragoman.Stores;
using Microsoft.Extensions.Logging;

namespace Dragoman.Pipeline.Reload;

/// <summary>
/// Reads the configuration again and makes it the current one as a whole, or not at all. What has changed is told by pointers,
/// never by values.
/// </summary>
public sealed partial class ConfigurationReload : IDisposable
{
    /// <summary>How often the log repeats that the configuration on disk has mistakes.</summary>
    private static readonly TimeSpan Repetition = TimeSpan.FromMinutes(1);

    private readonly GatewayRuntime runtime;
    private readonly ConfigurationSource source;
    private readonly TimeProvider clock;
    private readonly ILogger logger;
    private readonly SemaphoreSlim turn = new(1);
    private volatile ReloadFailure? failure;
    private volatile Loaded loaded;
    private volatile string seen;
    private DateTimeOffset toldAt;
    private long asked;
    private long answered;
    private ReloadResult? last;

    internal ConfigurationReload(GatewayRuntime runtime, ConfigurationSource source, TimeProvider clock, ILogger logger)
    {
        (this.runtime, this.source, this.clock, this.logger) = (runtime, source, clock, logger);
        var configuration = runtime.Snapshot.Configuration;
        seen = configuration.State + configuration.OtherState;
        loaded = new(clock.GetUtcNow(), []);
        GatewayMetrics.Observe(this);
    }

    /// <summary>Why the configuration on disk is not in force; null if it is.</summary>
    public ReloadFailure? Failure => failure;

    /// <summary>When the configuration in force was read.</summary>
    public DateTimeOffset LoadedAt => loaded.At;

    /// <summary>What differs on disk from what is in force because only a restart changes it.</summary>
    public IReadOnlyList<string> NeedsRestart => loaded.NeedsRestart;

    /// <summary>The state of the files now; null if it is that of the last reload.</summary>
    public string? FindNewState() => source.Look(runtime.Snapshot.Configuration) is var state && state != seen ? state : null;

    /// <summary>
    /// Reads the configuration. Who asks while it is read gets another read, which serves all who have asked until it begins: however many
    /// signals arrive, two reads are enough.
    /// </summary>
    /// <param name="reason">Why, for the log.</param>
    /// <param name="cancellation">Ends the wait for other reloads.</param>
    public Task<ReloadResult> RunAsync(string reason, CancellationToken cancellation) => RunAsync(reason, isReminder: false, cancellation);

    private async Task<ReloadResult> RunAsync(string reason, bool isReminder, CancellationToken cancellation)
    {
        var number = Interlocked.Increment(ref asked);
        await turn.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            if (last is not null && number <= answered)
                return last;
            var upTo = Volatile.Read(ref asked);
            var started = clock.GetTimestamp();
            // Reading waits for disks, and must not do so on a thread that serves requests.
            var result = await Task.Run(ReadAndAdopt, CancellationToken.None).ConfigureAwait(false) with { Duration = clock.GetElapsedTime(started) };
            (last, answered) = (result, upTo);
            GatewayMetrics.CountReload(result.Mistakes.Count == 0);
            if (isReminder && result.Mistakes.Count > 0)
                LogStillBad(logger, UtcText.Of(failure!.Since), string.Join("; ", result.Mistakes));
            else
                Tell(reason, result);
            return result;
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>
    /// Reads a configuration with mistakes again once a minute, and says in the log if it still has some. They need not be in its files: a
    /// secret's file may have been away, which is no file of the configuration.
    /// </summary>
    public Task RemindAsync(CancellationToken cancellation) =>
        failure is null || clock.GetUtcNow() - toldAt < Repetition ? Task.CompletedTask : RunAsync("it had mistakes", isReminder: true, cancellation);

    public void Dispose() => turn.Dispose();

    private ReloadResult ReadAndAdopt()
    {
        var running = runtime.Snapshot;
        // Looked at before it is read: what changes meanwhile is another state.
        seen = source.Look(running.Configuration);
        try
        {
            var (wanted, adopted, changes, needsRestart) = source.ReadAgain(running.Configuration);
            CheckStore(wanted);
            runtime.Adopt(new GatewaySnapshot(adopted, clock, running));
            seen = adopted.State + adopted.OtherState;
            (failure, loaded) = (null, new(clock.GetUtcNow(), needsRestart));
            return new(changes, needsRestart, []) { Notices = [.. adopted.Notices.Except(running.Configuration.Notices)] };
        }
        catch (ConfigurationException error)
        {
            return Refuse(error.Mistakes);
        }
        catch (Exception error)
        {
            // Whatever it is, it must not end the process, which serves well with the configuration before.
            LogFailed(logger, new ScrubbedException(error, running.Credentials));
            return Refuse([$"the configuration cannot be used: {error.GetType().Name}; the log has the details"]);
        }
    }

    private ReloadResult Refuse(IReadOnlyList<string> mistakes)
    {
        toldAt = clock.GetUtcNow();
        failure = new(failure?.Since ?? toldAt, mistakes);
        return new([], [], mistakes);
    }

    /// <summary>The reader does not know stores.</summary>
    private void CheckStore(GatewayConfiguration configuration)
    {
        try
        {
            _ = configuration.StoreConnection is { } connection ? StoreConnection.Of(connection, runtime.Secrets) : null;
        }
        catch (FormatException error)
        {
            throw new ConfigurationException([$"/store/connection cannot be used: {error.Message}"]);
        }
    }

    private void Tell(string reason, ReloadResult result)
    {
        if (result.Mistakes.Count > 0)
        {
            LogRefused(logger, reason, string.Join("; ", result.Mistakes));
            return;
        }

        LogAdopted(logger, reason, result.Changes.Count == 0 ? "nothing" : Listed(result.Changes), (long)result.Duration.TotalMilliseconds);
        if (result.NeedsRestart.Count > 0)
            LogNeedsRestart(logger, Listed(result.NeedsRestart));
        foreach (var notice in result.Notices)
            LogNotice(logger, notice);
    }

    private static string Listed(IReadOnlyList<string> pointers)
    {
        const int most = 50;
        var told = string.Join(", ", pointers.Take(most).Select(Printable.Line));
        return pointers.Count <= most ? told : $"{told} and {pointers.Count - most} more";
    }

    [LoggerMessage(LogLevel.Information, "The configuration was read again, because {Reason}. Changed: {Pointers}. It took {Milliseconds} ms.")]
    private static partial void LogAdopted(ILogger logger, string reason, string pointers, long milliseconds);

    [LoggerMessage(LogLevel.Warning, "Only a restart changes these settings, which stay as they are: {Pointers}.")]
    private static partial void LogNeedsRestart(ILogger logger, string pointers);

    [LoggerMessage(LogLevel.Warning, "{Notice}.")]
    private static partial void LogNotice(ILogger logger, string notice);

    [LoggerMessage(LogLevel.Error, "The configuration was read again, because {Reason}, but it has mistakes. The one before stays in force. {Mistakes}")]
    private static partial void LogRefused(ILogger logger, string reason, string mistakes);

    [LoggerMessage(LogLevel.Error, "The configuration cannot be read again.")]
    private static partial void LogFailed(ILogger logger, Exception error);

    [LoggerMessage(LogLevel.Error, "The configuration on disk has had mistakes since {Since}. The one before is in force. {Mistakes}")]
    private static partial void LogStillBad(ILogger logger, string since, string mistakes);

    /// <summary>What is known of the configuration in force.</summary>
    private sealed record Loaded(DateTimeOffset At, IReadOnlyList<string> NeedsRestart);
}
