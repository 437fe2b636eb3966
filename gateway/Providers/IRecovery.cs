using Dragoman.Conversation;
using Dragoman.Dialects;

namespace Dragoman.Providers;

/// <summary>What a kind of server needs done now and then before it answers a call that it would not answer.</summary>
internal interface IRecovery
{
    /// <summary>Whether the failure means that the same call will be answered afterwards.</summary>
    bool IsFor(UpstreamCall call, GatewayError failure);

    /// <summary>Does it; only after <see cref="IsFor"/>.</summary>
    /// <exception cref="GatewayException">It failed.</exception>
    Task RunAsync(UpstreamCall call, CancellationToken cancellation);
}
