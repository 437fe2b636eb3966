#pragma warning disable
using Dragoman.Conversation;

namespace Dragoman.Access.Limits;

public sealed class Admission : IDisposable
{
    public static readonly Admission Unlimited = new();
    public bool CountsTokens => false;
    public RateLimits? Limits => null;
    public void Withdraw() { }
    public ValueTask ReserveTokensAsync(long tokens, CancellationToken cancellation) => default;
    public void SettleTokens(long used) { }
    public void Dispose() { }
}
