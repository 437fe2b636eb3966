using System.Net;
using System.Threading.Tasks.Sources;
using Dragoman.Access;
using Dragoman.Access.Limits;
using Dragoman.Conversation;
using Dragoman.Locales;
using Microsoft.AspNetCore.Http;

namespace Dragoman.Gateway.Tests.Pipeline;

/// <summary>A credential may be revoked while its request waits for a limit.</summary>
public sealed class ConfirmationTests : IAccessPolicy
{
    private int asked;
    private bool isRevoked;
    private bool waitsToBeAdmitted;
    private bool waitsForMoney;
    private int settled;

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task Who_has_waited_is_asked_again_before_a_provider_is_called(bool toBeAdmitted, bool forMoney)
    {
        (waitsToBeAdmitted, waitsForMoney) = (toBeAdmitted, forMoney);
        await using var gateway = await GatewayUnderTest.StartAsync("openai", options: """{"server":"generic","responses":true}""", policy: this);
        gateway.First.Answer = http => ScriptedUpstream.WriteAsync(http, 200, "application/json", ScriptedUpstream.WholeAnswer);
        var (status, text, _) = await gateway.PostAsync("/v1/chat/completions", """{"model":"m","messages":[{"role":"user","content":"hi"}]}""");
        var hasWaited = toBeAdmitted || forMoney;
        Assert.True(status == (hasWaited ? HttpStatusCode.Unauthorized : HttpStatusCode.OK), text);
        Assert.Equal(hasWaited ? 2 : 1, asked);
        Assert.Equal(hasWaited ? 0 : 1, gateway.First.Bodies.Count);
        // What was reserved is given back.
        Assert.Equal(hasWaited ? 1 : settled, settled);
    }

    public ValueTask<Caller> AuthenticateAsync(HttpContext http, string requestId, CancellationToken cancellation)
    {
        asked++;
        return isRevoked ? throw new GatewayException(new GatewayError(ErrorKind.Unauthenticated, Wording.Verbatim("The key was revoked."))) : new(new Caller { Team = "web" });
    }

    public ValueTask<Admission> AdmitAsync(Caller caller, CancellationToken cancellation) => After(waitsToBeAdmitted, Admission.Unlimited);

    public ValueTask<Reservation> ReserveAsync(Caller caller, Admission admission, PlannedUse use, CancellationToken cancellation) =>
        After(waitsForMoney, new Reservation(caller, admission));

    public ValueTask SettleAsync(Reservation reservation, Settlement settlement)
    {
        settled++;
        return default;
    }

    public ValueTask DisposeAsync() => default;

    private ValueTask<T> After<T>(bool waits, T result) => waits ? new(new Wait<T>(result, () => isRevoked = true), 0) : new(result);

    /// <summary>A wait that ends when somebody waits for it, and never before, however the threads run.</summary>
    private sealed class Wait<T>(T result, Action ends) : IValueTaskSource<T>
    {
        private volatile bool isOver;

        public T GetResult(short token) => result;

        public ValueTaskSourceStatus GetStatus(short token) => isOver ? ValueTaskSourceStatus.Succeeded : ValueTaskSourceStatus.Pending;

        public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
        {
            ends();
            isOver = true;
            ThreadPool.QueueUserWorkItem(continuation, state, preferLocal: false);
        }
    }
}
