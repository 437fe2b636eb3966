using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Dragoman.Emulator.Generation;

/// <summary>The seed of an answer: a hash of the request's meaning.</summary>
internal static class CanonicalHash
{
    /// <summary>
    /// The hash does not depend on white space, member order or string escapes, nor on top-level members that are null or
    /// listed in <paramref name="ignored"/>.
    /// </summary>
    public static ulong Of(string purpose, JsonElement request, ReadOnlySpan<string> ignored)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        AppendText(hash, purpose);
        var members = new List<JsonProperty>();
        foreach (var member in request.EnumerateObject())
        {
            if (member.Value.ValueKind != JsonValueKind.Null && !ignored.Contains(member.Name))
                members.Add(member);
        }

        AppendMembers(hash, members);
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        hash.GetHashAndReset(digest);
        return BinaryPrimitives.ReadUInt64LittleEndian(digest);
    }

    public static ulong Of(string text)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(text), digest);
        return BinaryPrimitives.ReadUInt64LittleEndian(digest);
    }

    private static void Append(IncrementalHash hash, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                AppendMembers(hash, [.. value.EnumerateObject()]);
                break;
            case JsonValueKind.Array:
                hash.AppendData("["u8);
                foreach (var item in value.EnumerateArray())
                    Append(hash, item);
                hash.AppendData("]"u8);
                break;
            case JsonValueKind.String:
                AppendString(hash, value);
                break;
            default:
                hash.AppendData("#"u8);
                hash.AppendData(JsonMarshal.GetRawUtf8Value(value));
                break;
        }
    }

    private static void AppendMembers(IncrementalHash hash, List<JsonProperty> members)
    {
        members.Sort((left, right) => string.CompareOrdinal(left.Name, right.Name));
        hash.AppendData("{"u8);
        foreach (var member in members)
        {
            AppendText(hash, member.Name);
            Append(hash, member.Value);
        }

        hash.AppendData("}"u8);
    }

    private static void AppendString(IncrementalHash hash, JsonElement value)
    {
        var raw = JsonMarshal.GetRawUtf8Value(value);
        if (raw.Contains((byte)'\\'))
            AppendText(hash, value.GetString()!);
        else
            AppendBytes(hash, raw[1..^1]);
    }

    private static void AppendText(IncrementalHash hash, string text)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(text.Length));
        var length = Encoding.UTF8.GetBytes(text, buffer);
        AppendBytes(hash, buffer.AsSpan(0, length));
        ArrayPool<byte>.Shared.Return(buffer);
    }

    private static void AppendBytes(IncrementalHash hash, ReadOnlySpan<byte> bytes)
    {
        Span<byte> length = stackalloc byte[1 + sizeof(int)];
        length[0] = (byte)'"';
        BinaryPrimitives.WriteInt32LittleEndian(length[1..], bytes.Length);
        hash.AppendData(length);
        hash.AppendData(bytes);
    }
}
