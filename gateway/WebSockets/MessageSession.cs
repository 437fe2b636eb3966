using System.Buffers;
using System.Text;
using System.Text.Json;
using Dragoman.Conversation;
using Dragoman.Wire;

namespace Dragoman.WebSockets;

/// <summary>What is an endpoint's own in its WebSocket messages. One object lives as long as one connection.</summary>
internal abstract class MessageSession : IDisposable
{
    private const int LongestId = 256;

    /// <summary>The member that holds the client's own id of a request, and of all that answers it.</summary>
    public abstract string IdMember { get; }

    /// <summary>Reads a text message. One that is not a JSON object is left to the endpoint, which refuses it in its own words.</summary>
    public ClientMessage Read(ReadOnlyMemory<byte> text)
    {
        SocketThread.AssertMayProcess(text.Length);
        if (JsonMembers.TryRead(text) is not { } members)
            return new ClientMessage(text);
        ReadOnlyMemory<byte> id = default;
        try
        {
            // The message itself need not be kept for its sake.
            id = ReadId(members).ToArray();
            return Read(members) with { Id = id };
        }
        catch (GatewayException error)
        {
            return new ClientMessage(default(ReadOnlyMemory<byte>)) { Id = id, Refusal = error.Error };
        }
    }

    /// <summary>The client's id in the beginning of a message whose rest was not kept; empty when it is not there, or is no id.</summary>
    public ReadOnlyMemory<byte> FindId(ReadOnlySpan<byte> beginning)
    {
        try
        {
            var reader = new Utf8JsonReader(beginning, isFinalBlock: false, default);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                return default;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isId = reader.ValueTextEquals(IdMember);
                if (!reader.Read())
                    return default;
                var value = (int)reader.TokenStartIndex;
                if (!reader.TrySkip())
                    return default;
                if (isId)
                    return JsonMembers.TryRead((byte[])[.. Encoding.UTF8.GetBytes($"{{\"{IdMember}\":"), .. beginning[value..(int)reader.BytesConsumed], (byte)'}']) is { } members ? ReadId(members).ToArray() : default;
            }
        }
        catch (Exception wrong) when (wrong is JsonException or GatewayException)
        {
            // It is refused anyway.
        }

        return default;
    }

    /// <summary>Bytes that an earlier request adds to this one when its turn comes, or more.</summary>
    public virtual long BytesContinued(ClientMessage message) => 0;

    /// <summary>The connection is over.</summary>
    public virtual void Dispose()
    {
    }

    /// <summary>Bytes that <see cref="Open"/> has to read or copy.</summary>
    public virtual long SizeOf(ClientMessage message) => message.Body.Length;

    /// <summary>Starts a request's answer, when its turn has come.</summary>
    /// <param name="message">What <see cref="Read(ReadOnlyMemory{byte})"/> read.</param>
    /// <param name="requestId">Which the gateway gave the request.</param>
    public abstract MessageAnswer Open(ClientMessage message, string requestId);

    /// <exception cref="GatewayException">A member that is the WebSocket's own is wrong.</exception>
    protected abstract ClientMessage Read(JsonMembers members);

    /// <summary>The JSON of the client's id; empty when it gave none.</summary>
    /// <exception cref="GatewayException">It is no id.</exception>
    protected virtual ReadOnlyMemory<byte> ReadId(JsonMembers members)
    {
        var id = members.Find(IdMember);
        if (id.IsEmpty)
            return id;
        if (id.Length > LongestId || (id.Span[0] != '"' && id.Span[0] != '-' && !char.IsAsciiDigit((char)id.Span[0])))
            throw GatewayException.Invalid(IdMember, $"{IdMember} must be a string or a number of at most {LongestId} bytes");
        return id;
    }

    /// <summary>The text of the member <c>type</c>; null when it is absent.</summary>
    protected static string? TypeOf(JsonMembers members)
    {
        var type = members.Find("type").Span;
        if (type.IsEmpty)
            return null;
        return type[0] == '"' ? JsonText.ReadString(type[1..^1]) : Encoding.UTF8.GetString(type);
    }

    /// <summary>The request as HTTP would have it.</summary>
    /// <param name="members">Of the message.</param>
    /// <param name="without">Names of members that are not the endpoint's.</param>
    /// <param name="with">JSON: members to add; may be empty.</param>
    protected static ReadOnlyMemory<byte> BodyOf(JsonMembers members, IReadOnlyCollection<string> without, ReadOnlySpan<byte> with)
    {
        // All of it may be kept to be continued.
        var body = new ArrayBufferWriter<byte>(members.Length + with.Length + 2);
        members.Write(without, with, body);
        return body.WrittenMemory;
    }
}

/// <summary>The answer to one message: what the endpoint writes, as messages.</summary>
/// <param name="body">What the endpoint reads.</param>
internal class MessageAnswer(ReadOnlyMemory<byte> body)
{
    public ReadOnlyMemory<byte> Body => body;

    /// <summary>Whether the client has been told that the answer is over.</summary>
    public bool HasEnded { get; protected set; }

    /// <summary>Passes an event or a line of a streamed answer on.</summary>
    /// <param name="name">The event's; empty when it has none.</param>
    /// <param name="data">JSON, or a word of the framing.</param>
    /// <param name="members">To end each message with.</param>
    /// <param name="batch">Gets the messages.</param>
    public virtual void AddEvent(ReadOnlySpan<byte> name, ReadOnlySpan<byte> data, ReadOnlySpan<byte> members, MessageBatch batch) => batch.Add(data, members);

    /// <summary>Passes an answer on that came in one piece.</summary>
    /// <param name="json">The body.</param>
    /// <param name="members">To end each message with.</param>
    /// <param name="batch">Gets the messages.</param>
    public virtual void AddWhole(ReadOnlySpan<byte> json, ReadOnlySpan<byte> members, MessageBatch batch)
    {
        HasEnded = true;
        batch.Add(json, members);
    }

    /// <summary>Passes a failure on that came before the answer began.</summary>
    /// <param name="status">HTTP's.</param>
    /// <param name="json">The dialect's error body.</param>
    /// <param name="members">To end the message with.</param>
    /// <param name="batch">Gets the message.</param>
    public virtual void AddFailure(int status, ReadOnlySpan<byte> json, ReadOnlySpan<byte> members, MessageBatch batch)
    {
        HasEnded = true;
        batch.Add(json, [.. Encoding.ASCII.GetBytes($",\"status\":{status}"), .. members]);
    }
}
