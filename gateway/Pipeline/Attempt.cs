using Dragoman.Access;
using Dragoman.Configuration;
using Dragoman.Conversation;
using Dragoman.Dialects;
using Dragoman.Dialects.Answers;
using Dragoman.Wire;

namespace Dragoman.Pipeline;

/// <summary>The state of the current try at one target, and after it what is to be settled.</summary>
internal sealed class Attempt(Exchange exchange, IInboundDialect dialect, AnswerContext context, int contextLength)
{
    /// <summary>The provider's id of the answer, for its support (specs/dialects.md 1.8).</summary>
    private const string UpstreamRequestIdHeader = "x-upstream-request-id";

    /// <summary>What is sent, until the answer begins: it holds the prompt once more.</summary>
    private TargetCall? sent;
    private AnswerMeter? meter;
    private int promptLength;

    public Target? Target { get; private set; }

    /// <summary>See <see cref="AnswerRelay.HasBegun"/>.</summary>
    public bool HasBegun { get; private set; }

    public GatewayError? Error { get; set; }

    public LossReport Losses { get; private set; } = new();

    public TimeSpan? FirstEventAfter => meter?.FirstEventAfter;

    /// <summary>Tries one target, with fewer and fewer of the oldest turns where the client leaves that to us.</summary>
    public async Task RunAsync(Target target)
    {
        var request = context.Request;
        var mismatches = 0;
        for (var refusals = 0; ;)
        {
            try
            {
                await RunAsync(target, request).ConfigureAwait(false);
                return;
            }
            catch (GatewayException error) when (error.Error.Code == SchemaCheckedAnswer.ErrorCode && !HasBegun && !exchange.ClientLeft && mismatches++ == 0)
            {
                // The same model often gets it right the second time (specs/dialects.md 2.5).
            }
            catch (GatewayException error) when (error.Error.Kind == ErrorKind.ContextTooLong && !HasBegun && !exchange.ClientLeft)
            {
                await SocketThread.LeaveForAsync(exchange.Body.Length);
                if (OldestTurns.Drop(request, contextLength, ++refusals) is not { } shorter)
                    throw;
                request = shorter;
            }
        }
    }

    private async Task RunAsync(Target target, ChatRequest request)
    {
        Target = target;
        meter = null;
        Error = null;
        var provider = exchange.Snapshot.ProviderOf(target);

        // Step 6: write.
        sent = await TargetCall.WriteAsync(exchange, provider, provider.ModelOf(target), request, exchange.Http.RequestAborted).ConfigureAwait(false);
        await SocketThread.LeaveForAsync(exchange.Body.Length);
        SocketThread.AssertMayProcess(exchange.Body.Length);
        promptLength = TokenEstimate.LengthOf(context.Request);
        Losses = sent.Losses;
        if (request.Turns.Count < context.Request.Turns.Count)
            Losses.Dropped("messages");
        WriteLosses();

        // Step 7: send.
        using var clock = new UpstreamClock(provider.Settings.Timeouts, exchange.Clock, exchange.Http.RequestAborted, exchange.Ending);
        using var upstream = await clock.WithinAsync(() => provider.SendAsync(sent.Call, clock.Token)).ConfigureAwait(false);
        try
        {
            await TranslateAsync(provider, upstream, clock).ConfigureAwait(false);
        }
        catch (GatewayException failure) when (!HasBegun && provider.CanWake(sent.Call, failure.Error))
        {
            // LM Studio says so inside a good answer too.
            using var again = await clock.WithinAsync(async () =>
            {
                await provider.WakeAsync(sent.Call, clock.Token).ConfigureAwait(false);
                return await provider.SendOnceAsync(sent.Call, clock.Token).ConfigureAwait(false);
            }).ConfigureAwait(false);
            await TranslateAsync(provider, again, clock).ConfigureAwait(false);
        }
    }

    private void WriteLosses()
    {
        // An earlier target's keep-alive may have begun the response.
        if (exchange.Http.Response.HasStarted)
            return;
        exchange.Http.Response.Headers.Remove(LossReport.Header);
        if (Losses.Losses.Count > 0)
            exchange.Http.Response.Headers[LossReport.Header] = Losses.ToString();
    }

    /// <summary>Step 8.</summary>
    private async Task TranslateAsync(Providers.Provider provider, HttpResponseMessage upstream, UpstreamClock clock)
    {
        var request = context.Request;
        // Some dialects say again what was asked.
        await SocketThread.LeaveForAsync(exchange.Body.Length);
        SocketThread.AssertMayProcess(exchange.Body.Length);
        var relay = new AnswerRelay(exchange, dialect, context, provider.Credentials, ReleasePrompt) { Judges = sent!.Call.AnswerSchema is not null };
        var reader = sent.OpenAnswer();
        WriteHeaders(provider.RequestIdOf(upstream), provider.RateLimitsOf(upstream));
        try
        {
            // What came decides, not what was asked for: only an answer of the form that the client wants passes through.
            if (sent.PassesThrough && AnswerRelay.IsStream(upstream) == request.Stream && relay.OpenPassThrough() is { } lane)
            {
                meter = new AnswerMeter(lane, promptLength, exchange, provider);
                await relay.PassThroughAsync(upstream, reader, lane, meter, clock).ConfigureAwait(false);
            }
            else if (request.Stream)
            {
                meter = new AnswerMeter(relay.OpenStream(), promptLength, exchange, provider);
                await relay.StreamAsync(upstream, reader, meter, clock).ConfigureAwait(false);
            }
            else
            {
                var collector = new AnswerCollector();
                meter = new AnswerMeter(collector, promptLength, exchange, provider);
                await relay.CollectAsync(upstream, reader, collector, meter, clock).ConfigureAwait(false);
            }
        }
        finally
        {
            HasBegun = relay.HasBegun;
            Error = meter?.Error;
        }
    }

    /// <summary>From now on there is no other target and no second try that would need it.</summary>
    private void ReleasePrompt()
    {
        sent = null;
        exchange.ReleasePrompt(context.Request.RemainingBytes);
    }

    /// <summary>What the provider's headers say, a refusal's too, in the client's dialect; nothing once the answer has begun.</summary>
    public void WriteHeaders(string? upstreamRequestId, RateLimits? limits)
    {
        if (exchange.Http.Response.HasStarted)
            return;
        var headers = exchange.Http.Response.Headers;
        if (upstreamRequestId is not null)
            headers[UpstreamRequestIdHeader] = upstreamRequestId;
        foreach (var (name, value) in dialect.AnswerHeaders(exchange.RequestId, limits))
            headers[name] = value;
    }

    public Settlement Settle()
    {
        var usage = meter?.UsageSoFar ?? Usage.Absent;
        var outcome = Error is not null ? Outcome.Failed
            : meter?.IsOver == true ? Outcome.Completed
            : exchange.ClientLeft ? Outcome.ClientLeft
            : Outcome.Failed;
        return new Settlement(outcome, usage);
    }
}
