using Dragoman.Conversation;
using Dragoman.Wire;

namespace Dragoman.Dialects.OpenAIResponses.Outbound;

/// <summary>
/// The reasoning summary, which OpenAI gives only to verified organizations: it rejects the whole request of any other.
/// When the summary was requested only because the client can show it, the request is repeated without it.
/// </summary>
internal static class ReasoningSummary
{
    private const string Owner = "reasoning";
    private const string Member = "summary";

    /// <summary>The call without the summary if OpenAI rejected the summary; else null.</summary>
    public static UpstreamCall? LeaveOut(UpstreamCall call, GatewayError refusal)
    {
        if (!call.CanDoWithoutSummary || refusal.Kind != ErrorKind.InvalidRequest || !(Mentions(refusal.Message) || Mentions(refusal.Field)))
            return null;
        if (JsonMembers.TryRead(call.Body) is not { } body || JsonMembers.TryRead(body.Find(Owner)) is not { } reasoning || reasoning.Find(Member).IsEmpty)
            return null;
        var edited = new EditedJson(body);
        edited.Set("reasoning"u8, reasoning.Without(Member));
        return call with { Body = edited.Written, CanDoWithoutSummary = false };
    }

    private static bool Mentions(string? text) =>
        text is not null && (text.Contains("reasoning.summary", StringComparison.OrdinalIgnoreCase) || text.Contains("reasoning summar", StringComparison.OrdinalIgnoreCase));
}
