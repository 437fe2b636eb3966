using System.Buffers;
using System.Text;
using System.Text.Json;
using Dragoman.Conversation;
using Dragoman.Locales;
using Dragoman.Wire;

namespace Dragoman.WebSockets;

/// <summary>The message format of one endpoint over WebSocket. Each connection has its own object.</summary>
internal abstract class MessageSession : IDisposable
{
    private const int LongestId = 256;

    /// <summary>The member with the client's own id of a request, which every message of the answer repeats.</summary>
    public abstract string IdMember { get; }

    /// <summary>Reads a text message. A message that is not a JSON object goes to the endpoint, which rejects it with its own error.</summary>
    public ClientMessage Read(ReadOnlyMemory<byte> text)
    {
        SocketThread.AssertMayProcess(text.Length);
        if (JsonMembers.TryRead(text) is not { } members)
            return new ClientMessage(text);
        ReadOnlyMemory<byte> id = default;
        try
        {
            // A copy, so that the id does not keep the whole message in memory.
            id = ReadId(members).ToArray();
            return Read(members) with { Id = id };
        }
        catch (GatewayException error)
        {
            return new ClientMessage(default(ReadOnlyMemory<byte>)) { Id = id, Refusal = error.Error };
        }
    }

    /// <summary>The client's id from the beginning of a message whose rest was not kept; empty when it is missing or not valid.</summary>
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
            // The message is rejected anyway.
        }

        return default;
    }

    /// <summary>The most bytes that earlier responses add to this request when it runs.</summary>
    public virtual long BytesContinued(ClientMessage message) => 0;

    /// <summary>Releases what the session keeps, when the connection has ended.</summary>
    public virtual void Dispose()
    {
    }

    /// <summary>The bytes that <see cref="Open"/> has to read or copy.</summary>
    public virtual long SizeOf(ClientMessage message) => message.Body.Length;

    /// <summary>Starts the answer to a request when the requests before it are answered.</summary>
    /// <param name="message">The message from <see cref="Read(ReadOnlyMemory{byte})"/>.</param>
    /// <param name="requestId">The gateway's id of the request.</param>
    public abstract MessageAnswer Open(ClientMessage message, string requestId);

    /// <summary>Reads a message that is a JSON object.</summary>
    /// <exception cref="GatewayException">A member of the WebSocket protocol is not valid.</exception>
    protected abstract ClientMessage Read(JsonMembers members);

    /// <summary>JSON of the client's id; empty when the client gave none.</summary>
    /// <exception cref="GatewayException">The id is not valid.</exception>
    protected virtual ReadOnlyMemory<byte> ReadId(JsonMembers members)
    {
        var id = members.Find(IdMember);
        if (id.IsEmpty)
            return id;
        if (id.Length > LongestId || (id.Span[0] != '"' && id.Span[0] != '-' && !char.IsAsciiDigit((char)id.Span[0])))
            throw GatewayException.Invalid(IdMember, SocketText.WrongId(IdMember, LongestId));
        return id;
    }

    /// <summary>The value of the member <c>type</c>; null when it is missing.</summary>
    protected static string? TypeOf(JsonMembers members)
    {
        var type = members.Find("type").Span;
        if (type.IsEmpty)
            return null;
        return type[0] == '"' ? JsonText.ReadString(type[1..^1]) : Encoding.UTF8.GetString(type);
    }

    /// <summary>The body that an HTTP request would have.</summary>
    /// <param name="members">The members of the message.</param>
    /// <param name="without">The names of members that do not belong to the endpoint.</param>
    /// <param name="with">JSON: members to add; may be empty.</param>
    protected static ReadOnlyMemory<byte> BodyOf(JsonMembers members, IReadOnlyCollection<string> without, ReadOnlySpan<byte> with)
    {
        // The exact size, because the body may be kept for a continuation.
        var body = new ArrayBufferWriter<byte>(members.Length + with.Length + 2);
        members.Write(without, with, body);
        return body.WrittenMemory;
    }
}

/// <summary>The answer to one message: writes the endpoint's output as messages.</summary>
/// <param name="body">The request body that the endpoint reads.</param>
internal class MessageAnswer(ReadOnlyMemory<byte> body)
{
    public ReadOnlyMemory<byte> Body => body;

    /// <summary>Whether a message that ends the answer has been written.</summary>
    public bool HasEnded { get; protected set; }

    /// <summary>Adds an event or a line of a streamed answer.</summary>
    /// <param name="name">The name of the event; empty when it has none.</param>
    /// <param name="data">JSON, or a marker of the framing such as <c>[DONE]</c>.</param>
    /// <param name="members">The members at the end of each message.</param>
    /// <param name="batch">Receives the messages.</param>
    public virtual void AddEvent(ReadOnlySpan<byte> name, ReadOnlySpan<byte> data, ReadOnlySpan<byte> members, MessageBatch batch) => batch.Add(data, members);

    /// <summary>Adds an answer that is not streamed.</summary>
    /// <param name="json">The body.</param>
    /// <param name="members">The members at the end of each message.</param>
    /// <param name="batch">Receives the messages.</param>
    public virtual void AddWhole(ReadOnlySpan<byte> json, ReadOnlySpan<byte> members, MessageBatch batch)
    {
        HasEnded = true;
        batch.Add(json, members);
    }

    /// <summary>Adds a failure that happened before the answer began.</summary>
    /// <param name="status">The HTTP status.</param>
    /// <param name="json">The dialect's error body.</param>
    /// <param name="members">The members at the end of the message.</param>
    /// <param name="batch">Receives the message.</param>
    public virtual void AddFailure(int status, ReadOnlySpan<byte> json, ReadOnlySpan<byte> members, MessageBatch batch)
    {
        HasEnded = true;
        batch.Add(json, [.. Encoding.ASCII.GetBytes($",\"status\":{status}"), .. members]);
    }
}
