using System.Collections.Concurrent;
using System.Text.Json;
using Dragoman.Conversation;
using Dragoman.Wire;

namespace Dragoman.Dialects.OpenAIChat;

/// <summary>
/// The member that asks for token counts in a stream. Older servers reject it (specs/ollama.md 5.4). The rejection is
/// remembered per model, so that only the first call is sent twice.
/// </summary>
internal sealed class StreamOptions
{
    private const string MemberName = "stream_options";

    /// <summary>Model names come from clients, so the number of remembered names is limited.</summary>
    private const int MostRemembered = 256;

    private readonly ConcurrentDictionary<string, bool> refusing = new();

    public bool IsRefusedBy(string model) => refusing.ContainsKey(model);

    public void Write(Utf8JsonWriter writer, string model)
    {
        writer.WriteBoolean("stream"u8, true);
        if (IsRefusedBy(model))
            return;
        writer.WriteStartObject(MemberName);
        writer.WriteBoolean("include_usage"u8, true);
        writer.WriteEndObject();
    }

    /// <summary>The call without the member if the server rejected the member; else null.</summary>
    public UpstreamCall? Amend(UpstreamCall call, GatewayError refusal)
    {
        var isMeant = refusal.Kind == ErrorKind.InvalidRequest && (Mentions(refusal.Message) || Mentions(refusal.Field));
        if (!isMeant)
            return null;
        if (JsonMembers.TryRead(call.Body) is not { } body || !body.Has("stream_options"u8))
            return null;
        if (call.Model is { } model && refusing.Count < MostRemembered)
            refusing.TryAdd(model, true);
        return call with { Body = body.Without(MemberName) };
    }

    private static bool Mentions(string? text) => text?.Contains(MemberName, StringComparison.OrdinalIgnoreCase) == true;
}
