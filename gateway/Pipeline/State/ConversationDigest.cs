using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Dragoman.Conversation;
using Dragoman.Wire;

namespace Dragoman.Pipeline.State;

/// <summary>
/// Computes a digest that identifies a conversation, and one for each point before an assistant turn with tool calls. The
/// digests cover what clients send again unchanged: the owner, the texts, the media, the names and arguments of calls, and
/// the results. They do not cover what clients lose or rewrite: reasoning, call ids, the spelling of JSON, white space around
/// texts, and how the words of one role are split into turns.
/// </summary>
internal sealed class ConversationDigest
{
    /// <summary>In UTF-16 units. Longer arguments are not parsed; they are compared as text.</summary>
    private const int LongestArguments = 1024 * 1024;

    private readonly Dictionary<Turn, UInt128> before = new(ReferenceEqualityComparer.Instance);

    /// <param name="owner">The owner of the conversation; the same words from another owner are another conversation.</param>
    /// <param name="turns">All turns of a request.</param>
    public ConversationDigest(string owner, IReadOnlyList<Turn> turns)
    {
        using var hash = new PieceHash();
        hash.Add(PieceKind.Owner, owner);
        foreach (var turn in turns)
        {
            if (turn.ToolCalls.Any())
                before[turn] = hash.Current();
            Add(hash, turn);
        }

        Whole = hash.Current();
    }

    /// <summary>The digest of the conversation up to the answer that the request asks for.</summary>
    public UInt128 Whole { get; }

    /// <summary>The digest of the conversation up to an assistant turn with calls; null for any other turn.</summary>
    public UInt128? Before(Turn turn) => before.TryGetValue(turn, out var digest) ? digest : null;

    /// <summary>Computes the digest of a tool call at a point of a conversation.</summary>
    /// <param name="point">The digest of the conversation before the call.</param>
    /// <param name="name">The tool's name.</param>
    /// <param name="arguments">JSON; its spelling does not matter.</param>
    /// <param name="occurrence">How many equal calls precede this one in the same answer.</param>
    public static UInt128 OfCall(UInt128 point, string name, string arguments, int occurrence)
    {
        using var hash = new PieceHash();
        hash.Add(PieceKind.Point, point);
        AddCall(hash, name, arguments);
        hash.Add(PieceKind.Occurrence, (UInt128)(uint)occurrence);
        return hash.Current();
    }

    /// <summary>Computes the digest of a tool call from its id, wherever it is in a conversation.</summary>
    public static UInt128 OfCall(string owner, string id, string name, string arguments)
    {
        using var hash = new PieceHash();
        hash.Add(PieceKind.Owner, owner);
        hash.Add(PieceKind.Id, id);
        AddCall(hash, name, arguments);
        return hash.Current();
    }

    private static void Add(PieceHash hash, Turn turn)
    {
        hash.Role = turn.Role is Role.Developer ? Role.System : turn.Role;
        // Clients that split a turn do not keep the order of its texts and its calls.
        foreach (var part in turn.Parts)
        {
            if (part is not ToolCallPart)
                Add(hash, part);
        }

        foreach (var call in turn.ToolCalls)
            AddCall(hash, call.Name, call.Arguments);
    }

    private static void Add(PieceHash hash, Part part)
    {
        switch (part)
        {
            case TextPart text:
                AddText(hash, text.Text);
                break;
            case RefusalPart refusal:
                AddText(hash, refusal.Text);
                break;
            case ImagePart image:
                Add(hash, image.Source);
                break;
            case AudioPart audio:
                Add(hash, audio.Source);
                break;
            case DocumentPart document:
                Add(hash, document.Source);
                break;
            case ToolResultPart result:
                hash.Add(PieceKind.Result, "");
                foreach (var inner in result.Content)
                    Add(hash, inner);
                break;
            default:
                // Clients lose reasoning, so it is not part of the digest.
                break;
        }
    }

    private static void AddText(PieceHash hash, string text)
    {
        var trimmed = text.AsSpan().Trim();
        if (!trimmed.IsEmpty)
            hash.Add(PieceKind.Text, trimmed);
    }

    private static void Add(PieceHash hash, MediaSource source)
    {
        if (source is InlineMedia inline)
            hash.Add(PieceKind.Media, inline.Base64);
        else if (source is LinkedMedia link)
            hash.Add(PieceKind.Link, link.Url);
    }

    private static void AddCall(PieceHash hash, string name, string arguments)
    {
        hash.Add(PieceKind.Call, name);
        if (arguments.Length > LongestArguments)
        {
            hash.Add(PieceKind.Other, arguments.AsSpan().Trim());
            return;
        }

        try
        {
            using var parsed = JsonText.Parse(Encoding.UTF8.GetBytes(arguments));
            Add(hash, parsed.RootElement);
        }
        catch (JsonException)
        {
            hash.Add(PieceKind.Other, arguments.AsSpan().Trim());
        }
    }

    /// <summary>Adds JSON in a normal form, because languages order the members of maps differently and write numbers differently.</summary>
    private static void Add(PieceHash hash, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                var members = new List<(string Name, JsonElement Value)>();
                foreach (var member in value.EnumerateObject())
                    members.Add((JsonText.ReadString(JsonMarshal.GetRawUtf8PropertyName(member)), member.Value));
                members.Sort((one, other) => string.CompareOrdinal(one.Name, other.Name));
                hash.Add(PieceKind.Object, (UInt128)(uint)members.Count);
                foreach (var (name, member) in members)
                {
                    hash.Add(PieceKind.Name, name);
                    Add(hash, member);
                }

                break;
            case JsonValueKind.Array:
                hash.Add(PieceKind.Array, (UInt128)(uint)value.GetArrayLength());
                foreach (var item in value.EnumerateArray())
                    Add(hash, item);
                break;
            case JsonValueKind.String:
                hash.Add(PieceKind.String, JsonText.ReadString(value));
                break;
            case JsonValueKind.Number when value.TryGetDouble(out var number):
                // Most clients do not distinguish minus zero from zero.
                hash.Add(PieceKind.Number, (UInt128)BitConverter.DoubleToUInt64Bits(number == 0 ? 0 : number));
                break;
            default:
                hash.Add(PieceKind.Other, value.GetRawText());
                break;
        }
    }

    private enum PieceKind : byte
    {
        Owner,
        Role,
        Text,
        Media,
        Link,
        Result,
        Call,
        Point,
        Occurrence,
        Id,
        Object,
        Name,
        Array,
        String,
        Number,
        Other,
    }

    /// <summary>SHA-256 over pieces, each after its kind and length, so that different sequences of pieces never give the same bytes.</summary>
    private sealed class PieceHash : IDisposable
    {
        private const int Head = 1 + sizeof(int);
        private const int Room = 4096;

        private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

        /// <summary>Buffers small pieces, because each call of the system's hash is expensive.</summary>
        private readonly byte[] waiting = ArrayPool<byte>.Shared.Rent(Room);

        private int length;
        private Role? told;

        /// <summary>The role of the next pieces. It is hashed together with the next piece, so that a turn without pieces adds nothing.</summary>
        public Role Role { get; set; }

        public void Add(PieceKind kind, ReadOnlySpan<char> text)
        {
            TellRole(kind);
            Append(kind, MemoryMarshal.AsBytes(text));
        }

        public void Add(PieceKind kind, UInt128 number)
        {
            Span<byte> bytes = stackalloc byte[16];
            BinaryPrimitives.WriteUInt128LittleEndian(bytes, number);
            Append(kind, bytes);
        }

        public UInt128 Current()
        {
            Flush();
            Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
            hash.GetCurrentHash(digest);
            return BinaryPrimitives.ReadUInt128LittleEndian(digest);
        }

        public void Dispose()
        {
            hash.Dispose();
            ArrayPool<byte>.Shared.Return(waiting);
        }

        private void TellRole(PieceKind kind)
        {
            if (kind is not (PieceKind.Text or PieceKind.Media or PieceKind.Link or PieceKind.Result or PieceKind.Call) || told == Role)
                return;
            told = Role;
            Append(PieceKind.Role, [(byte)Role]);
        }

        private void Append(PieceKind kind, ReadOnlySpan<byte> bytes)
        {
            if (Room - length < Head)
                Flush();
            waiting[length] = (byte)kind;
            BinaryPrimitives.WriteInt32LittleEndian(waiting.AsSpan(length + 1), bytes.Length);
            length += Head;
            if (bytes.Length > Room - length)
            {
                Flush();
                if (bytes.Length > Room)
                {
                    hash.AppendData(bytes);
                    return;
                }
            }

            bytes.CopyTo(waiting.AsSpan(length));
            length += bytes.Length;
        }

        private void Flush()
        {
            if (length > 0)
                hash.AppendData(waiting.AsSpan(0, length));
            length = 0;
        }
    }
}
