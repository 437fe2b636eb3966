using Dragoman.Conversation;
using Dragoman.Dialects;

namespace Dragoman.Providers;

/// <summary>An action that a kind of server needs before it answers a call that it has rejected.</summary>
internal interface IRecovery
{
    /// <summary>Whether the failure means that the same call will be answered afterwards.</summary>
    bool IsFor(UpstreamCall call, GatewayError failure);

    /// <summary>Runs the action; call it only when <see cref="IsFor"/> is true.</summary>
    /// <exception cref="GatewayException">The action failed.</exception>
    Task RunAsync(UpstreamCall call, CancellationToken cancellation);
}
