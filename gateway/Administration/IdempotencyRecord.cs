using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Dragoman.Locales;
using Dragoman.Stores;

namespace Dragoman.Administration;

/// <summary>
/// The answer to a request with an idempotency key. It is written together with the change, on the condition that there is none
/// yet: of two requests with the same key, whether they run at the same time or the answer of the first was lost, only one
/// makes its change.
/// </summary>
internal static class IdempotencyRecord
{
    /// <summary>The kind of its document.</summary>
    public const string Kind = "idempotency";

    private const int LongestKey = 255;

    /// <summary>The id of the record for a call: the same caller and key have the same one. Null when the call has no key.</summary>
    /// <exception cref="RefusedCall">The key is malformed.</exception>
    public static string? IdOf(AdminCall call)
    {
        if (call.IdempotencyKey is not { } key)
            return null;
        if (key.Length is 0 or > LongestKey || !key.All(static letter => letter is > ' ' and <= '~'))
            throw new RefusedCall(Problem.Invalid(Mistake.InHeader("Idempotency-Key", MistakeText.NoIdempotencyKey(LongestKey))));
        var caller = call.Actor.Caller;
        return DigestOf(call.Actor.KindName, caller.Team ?? "", caller.Key ?? "", caller.User ?? "", key);
    }

    /// <summary>The record of a change.</summary>
    public static DocumentWrite Put(string id, AdminCall call, PlannedChange change)
    {
        var json = StateJson.Of(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("request"u8, RequestOf(call));
            writer.WriteNumber("status"u8, change.Status);
            writer.WriteString("location"u8, change.Location);
            writer.WritePropertyName("state"u8);
            if (change.State.IsEmpty)
                writer.WriteNullValue();
            else
                writer.WriteRawValue(change.State.Span, skipInputValidation: true);
            writer.WriteEndObject();
        });
        return DocumentWrite.Put(Kind, id, json, WriteCondition.Absent);
    }

    /// <summary>The answer that a record keeps.</summary>
    /// <exception cref="RefusedCall">The record is that of another request.</exception>
    public static AdminAnswer Replay(StoredDocument record, AdminCall call)
    {
        using var json = JsonDocument.Parse(record.Json);
        if (json.RootElement.GetProperty("request"u8).GetString() != RequestOf(call))
            throw new RefusedCall(Problem.OtherBody);
        var state = json.RootElement.GetProperty("state"u8);
        var hasState = state.ValueKind != JsonValueKind.Null;
        return new AdminAnswer(json.RootElement.GetProperty("status"u8).GetInt32(), hasState ? StateJson.Of(state.WriteTo) : default)
        {
            // All documents of one write have its version.
            ETag = hasState ? Preconditions.ETagOf(record.Version) : null,
            Location = json.RootElement.GetProperty("location"u8).GetString(),
            IsReplay = true,
        };
    }

    private static string RequestOf(AdminCall call)
    {
        var parts = new List<string> { call.Method, call.Path };
        foreach (var (name, value) in call.Query)
        {
            parts.Add(name);
            parts.Add(value);
        }

        parts.Add(Convert.ToHexStringLower(SHA256.HashData(call.Body.Span)));
        return DigestOf([.. parts]);
    }

    /// <summary>A digest in which the borders between the parts count.</summary>
    private static string DigestOf(params ReadOnlySpan<string> parts)
    {
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> length = stackalloc byte[sizeof(int)];
        foreach (var part in parts)
        {
            var bytes = Encoding.UTF8.GetBytes(part);
            BinaryPrimitives.WriteInt32LittleEndian(length, bytes.Length);
            digest.AppendData(length);
            digest.AppendData(bytes);
        }

        return Convert.ToHexStringLower(digest.GetHashAndReset());
    }
}
