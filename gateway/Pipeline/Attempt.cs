using Dragoman.Access;
using Dragoman.Catalog;
using Dragoman.Configuration;
using Dragoman.Conversation;
using Dragoman.Dialects.Answers;
using Dragoman.Telemetry;
using Dragoman.Wire;

namespace Dragoman.Pipeline;

/// <summary>Steps 6 to 8 of a request that generates, at one target after the other, and the state of the last try.</summary>
/// <param name="client">The recipient of the answer.</param>
/// <param name="model">The model that has the targets.</param>
internal sealed class Attempt(Recipient client, PublishedModel model) : ITried, IDisposable
{
    private readonly Exchange exchange = client.Exchange;
    private readonly Targets targets = new(client.Exchange, model);

    /// <summary>The client's request, shortened if this target found it too long.</summary>
    private ChatRequest request = client.Context.Request;

    /// <summary>How often this target has found the conversation too long.</summary>
    private int refusals;

    /// <summary>What is sent to the target. It is released when the answer begins, because it holds the prompt.</summary>
    private TargetCall? sent;

    /// <summary>Sends it; null when it must be written first.</summary>
    private Step7Send? call;
    private UpstreamClock? clock;
    private int promptLength;
    private Target? asked;

    /// <summary>Why and when the last try failed.</summary>
    private (int Status, TimeSpan After)? failed;
    private readonly List<TargetUse> thrownAway = [];
    private readonly RequestCost cost = new(client.Exchange, model.Name);

    /// <summary>The target that was tried last.</summary>
    public Target Target => targets.Current;

    /// <summary>The parts of the request that could not be carried over to that target.</summary>
    public LossReport Losses { get; private set; } = new();

    /// <inheritdoc/>
    public bool HasBegun => Answer?.HasBegun == true;

    /// <summary>The provider's answer to what was written last; null when none came.</summary>
    public Step8Translate? Answer { get; private set; }

    /// <summary>What each try used. An answer that is thrown away before a second try was paid for, too.</summary>
    public IReadOnlyList<TargetUse> Uses => [.. thrownAway, Last];

    /// <summary>What all tries cost until now, in picodollars; null if a price is not known.</summary>
    public long? Cost => cost.With(Last);

    private TargetUse Last => new(asked ?? Target, Answer?.Usage ?? Usage.Absent);

    /// <summary>Tells what all tries cost, if the response has not begun.</summary>
    public void WriteCost() => cost.WriteHeaders(Last);

    /// <inheritdoc/>
    public Task TryAsync() => exchange.Observed is null ? TryOnceAsync() : TryObservedAsync();

    private async Task TryObservedAsync()
    {
        var provider = exchange.Snapshot.ProviderOf(Target);
        var operation = client.Context.Request.Completion is null ? "chat" : "text_completion";
        var observed = exchange.Observed!.Call = new ModelCall(operation, provider.Settings, provider.Address, LoggedText.Cut(Target.Model), client.Context.Request.Stream, exchange.Elapsed);
        GatewayError? error = null;
        try
        {
            await TryOnceAsync().ConfigureAwait(false);
            error = Answer?.Error;
        }
        catch (GatewayException failure)
        {
            error = failure.Error;
            throw;
        }
        finally
        {
            observed.End(exchange.Elapsed, Answer?.FirstEventAfter, Answer?.Usage ?? Usage.Absent, error?.Kind, exchange.ClientLeft && Answer is not { IsOver: true });
        }
    }

    private async Task TryOnceAsync()
    {
        ThrowAway();
        if (call is null)
            await WriteAsync().ConfigureAwait(false);
        using var upstream = await call!.SendAsync().ConfigureAwait(false);
        // Some dialects repeat the request in their answer.
        await SocketThread.LeaveForAsync(exchange.Body.Length);
        SocketThread.AssertMayProcess(exchange.Body.Length);
        var provider = sent!.Provider;
        if (exchange.Snapshot.Configuration.Answers.Cost == CostReport.Events)
            client.Context.CostOf = used => cost.With(new(Target, used));
        Answer = new Step8Translate(client, sent, upstream, clock!, promptLength, ReleasePrompt, used => cost.WriteHeaders(new(Target, used)));
        client.WriteHeaders(provider.RequestIdOf(upstream), provider.RateLimitsOf(upstream));
        await Answer.RunAsync().ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<bool> TryCureAsync(SecondTry row, GatewayError failure)
    {
        failed ??= (failure.Status, exchange.Elapsed);
        if (row.Scope == SecondTry.Of.Call)
            return call is not null && await call.TryCureAsync(row, failure).ConfigureAwait(false);
        var helps = row == SecondTry.NextTarget ? TryNextTarget(failure)
            : row == SecondTry.SameAgain ? failure.Code == SchemaCheckedAnswer.ErrorCode
            : await TryShortenAsync(failure).ConfigureAwait(false);
        if (helps)
            Discard();
        return helps;
    }

    public void Dispose() => clock?.Dispose();

    private async Task WriteAsync()
    {
        var provider = exchange.Snapshot.ProviderOf(Target);
        sent = await Step6Write.RunAsync(exchange, provider, provider.ModelOf(Target), request).ConfigureAwait(false);
        await SocketThread.LeaveForAsync(exchange.Body.Length);
        SocketThread.AssertMayProcess(exchange.Body.Length);
        promptLength = TokenEstimate.LengthOf(client.Context.Request);
        Losses = sent.Losses;
        if (request.Turns.Count < client.Context.Request.Turns.Count)
            Losses.Dropped("messages");
        client.WriteLosses(Losses);
        clock = new UpstreamClock(provider.Settings.Timeouts, exchange.Clock, exchange.Http.RequestAborted, exchange.Ending);
        call = new Step7Send(exchange, provider, sent.Call, clock);
    }

    /// <summary>Keeps what the last try used.</summary>
    private void ThrowAway()
    {
        if (Answer is not null && Answer.Usage is { Origin: not UsageOrigin.Absent } used)
        {
            thrownAway.Add(new(asked!, used) { Status = failed?.Status, Elapsed = failed?.After });
            cost.Add(thrownAway[^1]);
        }

        (asked, Answer, failed) = (Target, null, null);
    }

    private bool TryNextTarget(GatewayError failure)
    {
        if (!targets.TryNext(failure))
            return false;
        (request, refusals) = (client.Context.Request, 0);
        return true;
    }

    private async ValueTask<bool> TryShortenAsync(GatewayError failure)
    {
        if (failure.Kind != ErrorKind.ContextTooLong)
            return false;
        await SocketThread.LeaveForAsync(exchange.Body.Length);
        if (OldestTurns.Drop(request, model.Metadata.ContextLength, ++refusals) is not { } shorter)
            return false;
        request = shorter;
        return true;
    }

    /// <summary>The request is written again before the next try.</summary>
    private void Discard()
    {
        clock?.Dispose();
        (sent, call, clock) = (null, null, null);
    }

    /// <summary>The answer begins: from now on no other target and no second try needs the prompt.</summary>
    private void ReleasePrompt()
    {
        sent = null;
        call?.Release();
        exchange.ReleasePrompt(client.Context.Request.RemainingBytes);
    }
}
