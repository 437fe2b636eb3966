using System.Buffers;
using Dragoman.Conversation;
using Dragoman.Wire;

namespace Dragoman.Dialects.OpenAIResponses.Outbound;

/// <summary>
/// The reasoning in words, which OpenAI gives to verified organisations alone: to others it refuses the whole request.
/// Where it was asked for only because the client can show it, the request goes out again without.
/// </summary>
internal static class ReasoningSummary
{
    private const string Owner = "reasoning";
    private const string Member = "summary";

    /// <summary>The call without the wish if that is what was refused; else null.</summary>
    public static UpstreamCall? LeaveOut(UpstreamCall call, GatewayError refusal)
    {
        if (!call.CanDoWithoutSummary || refusal.Kind != ErrorKind.InvalidRequest || !(Mentions(refusal.Message) || Mentions(refusal.Field)))
            return null;
        using var body = JsonText.Parse(call.Body.Span);
        if (!body.RootElement.TryGetProperty(Owner, out var reasoning) || !reasoning.TryGetProperty(Member, out _))
            return null;
        var output = new ArrayBufferWriter<byte>(call.Body.Length);
        JsonSplice.Replace(call.Body.Span, "reasoning"u8, JsonSplice.Without(reasoning, Member).Span, output);
        return call with { Body = output.WrittenMemory, CanDoWithoutSummary = false };
    }

    private static bool Mentions(string? text) =>
        text is not null && (text.Contains("reasoning.summary", StringComparison.OrdinalIgnoreCase) || text.Contains("reasoning summar", StringComparison.OrdinalIgnoreCase));
}
