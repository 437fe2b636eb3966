using Dragoman.Conversation;

namespace Dragoman.Dialects;

/// <summary>An outbound dialect that can write around some refusals.</summary>
public interface IAmendsCalls
{
    /// <summary>The call in a form that the provider may take although it refused this one; null when there is none, or another dialect wrote the call.</summary>
    UpstreamCall? Amend(UpstreamCall call, GatewayError refusal);
}
