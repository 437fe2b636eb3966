using Dragoman.Conversation;

namespace Dragoman.Dialects;

/// <summary>An outbound dialect that can rewrite a call that the provider rejected.</summary>
public interface IAmendsCalls
{
    /// <summary>
    /// The call in a form that the provider may accept after it rejected this one; null when there is none, or when another
    /// dialect wrote the call.
    /// </summary>
    UpstreamCall? Amend(UpstreamCall call, GatewayError refusal);
}
