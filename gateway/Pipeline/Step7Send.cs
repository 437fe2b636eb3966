using Dragoman.Conversation;
using Dragoman.Dialects;
using Dragoman.Providers;
using Dragoman.Wire;

namespace Dragoman.Pipeline;

/// <summary>Step 7: sends one written call, and makes it ready for its second tries (<see cref="SecondTry.Of.Call"/>).</summary>
/// <param name="exchange">The exchange that makes the call.</param>
/// <param name="provider">The provider that is called.</param>
/// <param name="call">The call to send.</param>
/// <param name="clock">The time limits of all tries together.</param>
internal sealed class Step7Send(Exchange exchange, Provider provider, UpstreamCall call, UpstreamClock clock)
{
    private UpstreamCall? call = call;

    /// <summary>The provider has sent its headers; the answer reports any later error.</summary>
    private bool isAnswering;
    private bool isLastTry;

    /// <summary>Sends the call once.</summary>
    /// <returns>An answer with a success status.</returns>
    /// <exception cref="GatewayException">The provider cannot be reached, refused, or took too long.</exception>
    public async Task<HttpResponseMessage> SendAsync()
    {
        isAnswering = false;
        // As UpstreamClock.WithinAsync, whose state machine every request would pay for.
        using var wait = exchange.Waits.Begin();
        try
        {
            var upstream = await provider.SendAsync(call!, clock.Token).ConfigureAwait(false);
            isAnswering = true;
            return upstream;
        }
        catch (OperationCanceledException cancelled) when (clock.TimedOut)
        {
            throw new GatewayException(clock.Reason, cancelled);
        }
    }

    /// <summary>Sends the call, with its second tries, and reads an answer that is useful only as a whole, such as a count or vectors.</summary>
    /// <param name="read">Reads the answer's body.</param>
    /// <param name="makeRoom">Counts the body's bytes in the memory budget; null when there are few.</param>
    /// <exception cref="GatewayException">The provider cannot be reached, refused, took too long, or its answer failed.</exception>
    public async Task<T> ReadWholeAsync<T>(Func<ReadOnlyMemory<byte>, T> read, Action<long>? makeRoom = null)
    {
        var whole = new WholeAnswer<T>(this, read, makeRoom);
        await SecondTries.RunAsync(exchange, SecondTry.OfWholeCall, whole).ConfigureAwait(false);
        return whole.Answer!;
    }

    /// <summary>Makes the call ready to be sent again, if the row applies to the failure of the last try.</summary>
    /// <exception cref="GatewayException">The server cannot be recovered, or the recovery takes too long.</exception>
    public async ValueTask<bool> TryCureAsync(SecondTry row, GatewayError failure)
    {
        if (row == SecondTry.RecoveredAnswer)
            return isAnswering && (isLastTry = await TryRecoverAsync(failure).ConfigureAwait(false));
        if (isAnswering || isLastTry)
            return false;
        // Amending a call reads its body.
        await SocketThread.LeaveForAsync(call!.Length);
        SocketThread.AssertMayProcess(call.Length);
        if (provider.Api.Amend(call, failure) is not { } amended)
            return await TryRecoverAsync(failure).ConfigureAwait(false);
        call = amended;
        return true;
    }

    /// <summary>The answer has begun, so the call is not sent again and need not be kept.</summary>
    public void Release() => call = null;

    /// <exception cref="GatewayException">The server cannot be recovered, or the recovery takes too long.</exception>
    private async ValueTask<bool> TryRecoverAsync(GatewayError failure)
    {
        if (provider.Recovery is not { } recovery || !recovery.IsFor(call!, failure))
            return false;
        await clock.WithinAsync(recovery.RunAsync(call!, clock.Token)).ConfigureAwait(false);
        return true;
    }

    private async Task<ReadOnlyMemory<byte>> ReadBodyAsync(HttpResponseMessage upstream, Action<long>? makeRoom)
    {
        using var wait = exchange.Waits.Begin();
        var reading = upstream.ReadBodyAsync(UpstreamBody.Largest, provider.Credentials, clock.Token, makeRoom);
        await clock.WithinAsync(reading).ConfigureAwait(false);
        return await reading.ConfigureAwait(false);
    }

    /// <summary>A call whose answer is read as a whole. Nothing is sent to the client before its end.</summary>
    private sealed class WholeAnswer<T>(Step7Send call, Func<ReadOnlyMemory<byte>, T> read, Action<long>? makeRoom) : ITried
    {
        public bool HasBegun => false;

        public T? Answer { get; private set; }

        public async Task TryAsync()
        {
            using var upstream = await call.SendAsync().ConfigureAwait(false);
            var body = await call.ReadBodyAsync(upstream, makeRoom).ConfigureAwait(false);
            await SocketThread.LeaveForAsync(body.Length);
            SocketThread.AssertMayProcess(body.Length);
            Answer = read(body);
        }

        public ValueTask<bool> TryCureAsync(SecondTry row, GatewayError failure) => call.TryCureAsync(row, failure);
    }
}
