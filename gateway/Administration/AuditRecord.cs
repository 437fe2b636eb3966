using System.Text.Json;

namespace Dragoman.Administration;

/// <summary>What one change did to one thing, for the audit log.</summary>
/// <param name="Action">The kind of thing and the verb, such as <c>key.create</c>.</param>
/// <param name="Id">The id of the thing.</param>
/// <param name="Team">Its team; null for what belongs to none.</param>
/// <param name="Before">Its state before; empty when it did not exist.</param>
/// <param name="After">Its state afterwards; empty when it no longer exists.</param>
internal sealed record AuditRecord(string Action, string Id, string? Team, ReadOnlyMemory<byte> Before, ReadOnlyMemory<byte> After)
{
    public ReadOnlyMemory<byte> ToJson(AdminActor actor, DateTimeOffset now) => StateJson.Of(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("time"u8, Timestamp.TextOf(now));
        writer.WriteString("action"u8, Action);
        writer.WriteStartObject("target"u8);
        writer.WriteString("kind"u8, Action.Split('.')[0]);
        writer.WriteString("id"u8, Id);
        writer.WriteString("team"u8, Team);
        writer.WriteEndObject();
        writer.WriteStartObject("actor"u8);
        writer.WriteString("kind"u8, actor.KindName);
        writer.WriteString("team"u8, actor.Caller.Team);
        writer.WriteString("user"u8, actor.Caller.User);
        writer.WriteString("key"u8, actor.Caller.Key);
        writer.WriteString("address"u8, actor.Address);
        writer.WriteString("requestId"u8, actor.RequestId);
        writer.WriteEndObject();
        WriteState(writer, "before", Before);
        WriteState(writer, "after", After);
        writer.WriteEndObject();
    });

    private static void WriteState(Utf8JsonWriter writer, string name, ReadOnlyMemory<byte> state)
    {
        writer.WritePropertyName(name);
        if (state.IsEmpty)
            writer.WriteNullValue();
        else
            writer.WriteRawValue(state.Span, skipInputValidation: true);
    }
}
