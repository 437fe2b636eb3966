using Dragoman.Configuration;
using Dragoman.Conversation;
using Dragoman.Dialects.Answers;
using Dragoman.Wire;

namespace Dragoman.Pipeline;

/// <summary>Steps 6 to 8 at one target after the other, and the state of the last try.</summary>
/// <param name="client">The recipient of the answer.</param>
/// <param name="contextLength">The model's assumed context length, in tokens.</param>
internal sealed class Attempt(Recipient client, int contextLength)
{
    private readonly Exchange exchange = client.Exchange;

    /// <summary>The client's request, shortened if this target found it too long.</summary>
    private ChatRequest request = client.Context.Request;

    /// <summary>How often this target has found the conversation too long.</summary>
    private int refusals;

    /// <summary>The call that is sent. It is released when the answer begins, because it holds the prompt.</summary>
    private TargetCall? sent;
    private Step7Send? call;
    private Step8Translate? answer;
    private int promptLength;

    /// <summary>The target that was tried last.</summary>
    public Target? Target { get; private set; }

    /// <summary>The parts of the request that could not be carried over to that target.</summary>
    public LossReport Losses { get; private set; } = new();

    /// <summary>Whether part of the answer was sent to the client; from then on nothing more is sent to a provider.</summary>
    public bool HasBegun => answer?.HasBegun == true;

    /// <summary>The provider's answer in the last try; null when none came.</summary>
    public Step8Translate? Answer => answer;

    /// <summary>Tries one target, with the second tries of <see cref="SecondTry.OfTarget"/>.</summary>
    /// <exception cref="GatewayException">The target could not answer.</exception>
    public Task RunAsync(Target target)
    {
        (Target, request, refusals) = (target, client.Context.Request, 0);
        return SecondTries.RunAsync(exchange, SecondTry.OfTarget, TryAsync, TryCureAsync, () => HasBegun);
    }

    private async Task TryAsync()
    {
        answer = null;
        await WriteAsync().ConfigureAwait(false);
        var provider = sent!.Provider;
        using var clock = new UpstreamClock(provider.Settings.Timeouts, exchange.Clock, exchange.Http.RequestAborted, exchange.Ending);
        call = new Step7Send(exchange, provider, sent.Call, clock);
        await call.RunAsync(SecondTry.OfGeneratingCall, upstream => TranslateAsync(upstream, clock), () => HasBegun).ConfigureAwait(false);
    }

    private async Task WriteAsync()
    {
        var provider = exchange.Snapshot.ProviderOf(Target!);
        sent = await Step6Write.RunAsync(exchange, provider, provider.ModelOf(Target!), request).ConfigureAwait(false);
        await SocketThread.LeaveForAsync(exchange.Body.Length);
        SocketThread.AssertMayProcess(exchange.Body.Length);
        promptLength = TokenEstimate.LengthOf(client.Context.Request);
        Losses = sent.Losses;
        if (request.Turns.Count < client.Context.Request.Turns.Count)
            Losses.Dropped("messages");
        client.WriteLosses(Losses);
    }

    private async Task TranslateAsync(HttpResponseMessage upstream, UpstreamClock clock)
    {
        // Some dialects repeat the request in their answer.
        await SocketThread.LeaveForAsync(exchange.Body.Length);
        SocketThread.AssertMayProcess(exchange.Body.Length);
        var provider = sent!.Provider;
        answer = new Step8Translate(client, sent, upstream, clock, promptLength, ReleasePrompt);
        client.WriteHeaders(provider.RequestIdOf(upstream), provider.RateLimitsOf(upstream));
        await answer.RunAsync().ConfigureAwait(false);
    }

    private async ValueTask<bool> TryCureAsync(SecondTry row, GatewayError failure)
    {
        if (row == SecondTry.SameAgain)
            return failure.Code == SchemaCheckedAnswer.ErrorCode;
        if (failure.Kind != ErrorKind.ContextTooLong)
            return false;
        await SocketThread.LeaveForAsync(exchange.Body.Length);
        if (OldestTurns.Drop(request, contextLength, ++refusals) is not { } shorter)
            return false;
        request = shorter;
        return true;
    }

    /// <summary>The answer begins: from now on no other target and no second try needs the prompt.</summary>
    private void ReleasePrompt()
    {
        sent = null;
        call?.Release();
        exchange.ReleasePrompt(client.Context.Request.RemainingBytes);
    }
}
