using Dragoman.Conversation;
using Dragoman.Dialects;
using Dragoman.Providers;
using Dragoman.Wire;

namespace Dragoman.Pipeline;

/// <summary>Step 7: sends one written call, with its second tries (<see cref="SecondTry"/>), until its answer was read.</summary>
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

    /// <summary>Sends the call and has its answer read.</summary>
    /// <param name="rows">The second tries that the call may have.</param>
    /// <param name="read">Reads an answer with a success status.</param>
    /// <param name="hasBegun">Whether part of the answer was sent to the client; null when nothing is sent before the end.</param>
    /// <exception cref="GatewayException">The provider cannot be reached, refused, took too long, or its answer failed.</exception>
    public Task RunAsync(IReadOnlyList<SecondTry> rows, Func<HttpResponseMessage, Task> read, Func<bool>? hasBegun = null) =>
        SecondTries.RunAsync(exchange, rows, () => TryAsync(read), TryCureAsync, hasBegun);

    /// <summary>Sends the call and reads an answer that is useful only as a whole, such as a count or vectors.</summary>
    /// <param name="read">Reads the answer's body.</param>
    /// <param name="makeRoom">Counts the body's bytes in the memory budget; null when there are few.</param>
    /// <exception cref="GatewayException">The provider cannot be reached, refused, took too long, or its answer failed.</exception>
    public async Task<T> ReadWholeAsync<T>(Func<ReadOnlyMemory<byte>, T> read, Action<long>? makeRoom = null)
    {
        T? answer = default;
        await RunAsync(SecondTry.OfCall, upstream => clock.WithinAsync(async () =>
        {
            var body = await upstream.ReadBodyAsync(UpstreamBody.Largest, provider.Credentials, clock.Token, makeRoom).ConfigureAwait(false);
            await SocketThread.LeaveForAsync(body.Length);
            SocketThread.AssertMayProcess(body.Length);
            answer = read(body);
        })).ConfigureAwait(false);
        return answer!;
    }

    /// <summary>The answer has begun, so the call is not sent again and need not be kept.</summary>
    public void Release() => call = null;

    private async Task TryAsync(Func<HttpResponseMessage, Task> read)
    {
        isAnswering = false;
        using var upstream = await clock.WithinAsync(SendAsync).ConfigureAwait(false);
        isAnswering = true;
        await read(upstream).ConfigureAwait(false);
    }

    private Task<HttpResponseMessage> SendAsync() => provider.SendAsync(call!, clock.Token);

    private async ValueTask<bool> TryCureAsync(SecondTry row, GatewayError failure)
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

    /// <exception cref="GatewayException">The server cannot be recovered, or the recovery takes too long.</exception>
    private async ValueTask<bool> TryRecoverAsync(GatewayError failure)
    {
        if (provider.Recovery is not { } recovery || !recovery.IsFor(call!, failure))
            return false;
        await clock.WithinAsync(() => recovery.RunAsync(call!, clock.Token)).ConfigureAwait(false);
        return true;
    }
}
