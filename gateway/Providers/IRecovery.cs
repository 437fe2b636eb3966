using Dragoman.Conversation;
using Dragoman.Dialects;

namespace Dragoman.Providers;

/// <summary>What must be done at a kind of server before it answers a call that it has refused.</summary>
internal interface IRecovery
{
    /// <summary>Whether the failure means that the same call will be answered afterwards.</summary>
    bool IsFor(UpstreamCall call, GatewayError failure);

    /// <summary>Recovers the server; call it only after <see cref="IsFor"/>.</summary>
    /// <exception cref="GatewayException">It failed.</exception>
    Task RunAsync(UpstreamCall call, CancellationToken cancellation);
}
