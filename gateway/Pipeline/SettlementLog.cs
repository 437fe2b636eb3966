using Dragoman.Access;
using Dragoman.Configuration;
using Dragoman.Conversation;
using Dragoman.Pipeline.Embeddings;
using Dragoman.Pipeline.State;
using Microsoft.Extensions.Logging;

namespace Dragoman.Pipeline;

/// <summary>Logs one line for each settled request: names, counts and times, but never a prompt, an answer or a key. Of a key it has the public id.</summary>
internal static partial class SettlementLog
{
    public static void Write(Exchange exchange, string dialect, ChatRequest request, Attempt attempt, GatewayError? error, Settlement settlement)
    {
        Publish(exchange, dialect, request.Model, attempt.Target, error, settlement, attempt.Answer?.FirstEventAfter);
        var logger = exchange.SettlementLogger;
        if (!logger.IsEnabled(LogLevel.Information))
            return;
        Settled(
            logger,
            exchange.RequestId,
            dialect,
            LoggedText.Cut(request.Model),
            attempt.Target.Provider,
            LoggedText.Cut(attempt.Target.Model),
            exchange.Caller!.Team,
            exchange.Caller.Key,
            request.Stream,
            settlement.Outcome,
            error?.Kind,
            settlement.Usage.InputTotal,
            settlement.Usage.OutputTotal,
            settlement.Usage.Origin,
            attempt.Answer?.FirstEventAfter?.TotalMilliseconds ?? -1,
            exchange.Elapsed.TotalMilliseconds,
            attempt.Losses.ToString());
    }

    public static void WriteFallback(Exchange exchange, Target from, Target to, GatewayError error) =>
        FellBack(exchange.SettlementLogger, exchange.RequestId, from.Provider, LoggedText.Cut(from.Model), to.Provider, LoggedText.Cut(to.Model), error.Kind);

    public static void WriteEmbeddings(Exchange exchange, string dialect, EmbeddingRequest request, EmbeddingAttempt attempt, GatewayError? error, Settlement settlement)
    {
        Publish(exchange, dialect, request.Model, attempt.Target, error, settlement, firstEvent: null);
        var logger = exchange.SettlementLogger;
        if (logger.IsEnabled(LogLevel.Information))
            SettledEmbeddings(logger, exchange.RequestId, dialect, LoggedText.Cut(request.Model), attempt.Target.Provider, LoggedText.Cut(attempt.Target.Model), exchange.Caller!.Team, exchange.Caller.Key, request.Inputs.Count, settlement.Outcome, error?.Kind, settlement.Usage.InputTotal, settlement.Usage.Origin, exchange.Elapsed.TotalMilliseconds, attempt.Losses.ToString());
    }

    /// <summary>Tells those who watch, of whom there are usually none.</summary>
    private static void Publish(Exchange exchange, string dialect, string model, Target target, GatewayError? error, Settlement settlement, TimeSpan? firstEvent)
    {
        if (!exchange.RequestFeed.HasListeners)
            return;
        exchange.RequestFeed.Publish(new SettledRequest(
            exchange.Clock.GetUtcNow(),
            exchange.RequestId,
            exchange.Caller!,
            dialect,
            LoggedText.Cut(model),
            target,
            settlement.Outcome,
            error?.Kind,
            settlement.Usage,
            firstEvent,
            exchange.Elapsed));
    }

    [LoggerMessage(1, LogLevel.Information, "settled {RequestId} {Dialect} {Model} -> {Provider}/{UpstreamModel} team={Team} key={Key} stream={Stream} {Outcome} error={Error} in={InputTokens} out={OutputTokens} usage={UsageOrigin} first={FirstEventMs:F2}ms total={TotalMs:F2}ms losses=[{Losses}]")]
    private static partial void Settled(
        ILogger logger,
        string requestId,
        string dialect,
        string model,
        string provider,
        string upstreamModel,
        string? team,
        string? key,
        bool stream,
        Outcome outcome,
        ErrorKind? error,
        long inputTokens,
        long outputTokens,
        UsageOrigin usageOrigin,
        double firstEventMs,
        double totalMs,
        string losses);

    [LoggerMessage(2, LogLevel.Warning, "fallback {RequestId} {FromProvider}/{FromModel} -> {ToProvider}/{ToModel} error={Error}")]
    private static partial void FellBack(ILogger logger, string requestId, string fromProvider, string fromModel, string toProvider, string toModel, ErrorKind error);

    [LoggerMessage(3, LogLevel.Information, "settled {RequestId} {Dialect} {Model} -> {Provider}/{UpstreamModel} team={Team} key={Key} inputs={Inputs} {Outcome} error={Error} in={InputTokens} usage={UsageOrigin} total={TotalMs:F2}ms losses=[{Losses}]")]
    private static partial void SettledEmbeddings(
        ILogger logger,
        string requestId,
        string dialect,
        string model,
        string provider,
        string upstreamModel,
        string? team,
        string? key,
        int inputs,
        Outcome outcome,
        ErrorKind? error,
        long inputTokens,
        UsageOrigin usageOrigin,
        double totalMs,
        string losses);
}
