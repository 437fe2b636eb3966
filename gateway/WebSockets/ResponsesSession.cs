using System.Buffers;
using System.Text;
using Dragoman.Conversation;
using Dragoman.Locales;
using Dragoman.Pipeline.Memory;
using Dragoman.Wire;

namespace Dragoman.WebSockets;

/// <summary>
/// <c>/v1/responses</c> in the form of OpenAI's WebSocket mode: <c>response.create</c> messages are answered with the stream's
/// events and can be continued by <c>previous_response_id</c>, although responses are kept only in this connection. Requests
/// of different streams (<c>stream_id</c>) run one after the other.
/// </summary>
/// <param name="largest">The largest request in bytes; also the limit for all kept responses together.</param>
/// <param name="budget">The memory budget of the process.</param>
internal sealed class ResponsesSession(int largest, MemoryBudget budget) : MessageSession
{
    private const string Create = "response.create";
    private const string Cancel = "response.cancel";
    private const string Previous = "previous_response_id";
    private const int LongestStreamId = 256;
    private const int MostStreams = 32;

    private readonly HashSet<string> streams = [];
    private readonly KeptResponses kept = new(largest, budget);

    public override string IdMember => "stream_id";

    public override long SizeOf(ClientMessage message) => message.Body.Length + kept.Bytes;

    public override long BytesContinued(ClientMessage message) =>
        kept.Bytes > 0 && message.Body.Span.IndexOf("\"previous_response_id\""u8) >= 0 ? kept.Bytes : 0;

    public override void Dispose()
    {
        kept.Dispose();
        base.Dispose();
    }

    public override MessageAnswer Open(ClientMessage message, string requestId)
    {
        var stream = Encoding.UTF8.GetString(message.Id.Span);
        // It is not an object, which the endpoint rejects.
        if (JsonMembers.TryRead(message.Body) is not { } members)
            return new Answer(message.Body, default, kept, stream, requestId) { Continued = null };
        var input = members.Find("input");
        var said = ItemsOf(input);
        var id = members.Find(Previous);
        if (id.IsEmpty || id.Span[0] != '"' || kept.Find(JsonText.ReadString(id.Span[1..^1])) is not { } previous)
            return new Answer(message.Body, said, kept, stream, requestId) { Continued = null };
        // It is not a valid input, which the endpoint rejects.
        if (!input.IsEmpty && input.Span[0] is not ((byte)'[' or (byte)'"'))
            return new Answer(BodyOf(members, [Previous], default), default, kept, stream, requestId) { Continued = previous };
        var all = new ArrayBufferWriter<byte>((int)previous.Length + said.Length + 2);
        KeptResponses.Join(all, previous.Said.Span);
        KeptResponses.Join(all, previous.Output.Span);
        KeptResponses.Join(all, said.Span);
        var body = BodyOf(members, [Previous, "input"], [.. "\"input\":["u8, .. all.WrittenSpan, (byte)']']);
        return new Answer(body, all.WrittenMemory, kept, stream, requestId) { Continued = previous };
    }

    protected override ClientMessage Read(JsonMembers members)
    {
        switch (TypeOf(members))
        {
            case Create:
                break;
            case Cancel:
                return new ClientMessage(default(ReadOnlyMemory<byte>)) { IsCancel = true };
            case var other:
                throw GatewayException.Invalid("type", SocketText.WrongTypeOfMessage(Create, Cancel, other is null ? SocketText.Absent : SocketText.Quoted(other)));
        }

        // The endpoint only needs to see "generate" when it is false.
        string[] own = members.Find("generate").Span.SequenceEqual("false"u8)
            ? ["type", IdMember, "stream"]
            : ["type", IdMember, "stream", "generate"];
        return new ClientMessage(BodyOf(members, own, "\"stream\":true"u8));
    }

    protected override ReadOnlyMemory<byte> ReadId(JsonMembers members)
    {
        var id = members.Find(IdMember);
        if (id.IsEmpty)
            return id;
        var name = id.Span[0] == '"' ? JsonText.ReadString(id.Span[1..^1]) : "";
        if (name.Length is 0 or > LongestStreamId || !name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-' or '.'))
        {
            throw Refused(
                "invalid_stream_id",
                SocketText.WrongStreamId(LongestStreamId));
        }

        if (streams.Count == MostStreams && !streams.Contains(name))
            throw Refused("websocket_stream_limit_reached", SocketText.TooManyStreams(MostStreams));
        streams.Add(name);
        return id;
    }

    private static GatewayException Refused(string code, Wording text) => new(GatewayError.Invalid("stream_id", text) with { Code = code });

    /// <summary>The items of <c>input</c>, comma-separated; a text becomes a message of the user.</summary>
    private static ReadOnlyMemory<byte> ItemsOf(ReadOnlyMemory<byte> input) => input.IsEmpty ? default : input.Span[0] switch
    {
        (byte)'[' => input[1..^1],
        (byte)'"' => (byte[])[.. "{\"type\":\"message\",\"role\":\"user\",\"content\":"u8, .. input.Span, (byte)'}'],
        _ => default,
    };

    private sealed class Answer(ReadOnlyMemory<byte> body, ReadOnlyMemory<byte> items, KeptResponses kept, string stream, string requestId) : MessageAnswer(body)
    {
        /// <summary>The response that is continued; null when none of this connection is.</summary>
        public required KeptResponse? Continued { get; init; }

        public override void AddEvent(ReadOnlySpan<byte> name, ReadOnlySpan<byte> data, ReadOnlySpan<byte> members, MessageBatch batch)
        {
            batch.Add(data, members);
            if (name.SequenceEqual("response.completed"u8) || name.SequenceEqual("response.incomplete"u8))
            {
                HasEnded = true;
                kept.Keep(stream, items, JsonSplice.Find(data, "response"u8), requestId);
            }
            else if (name.SequenceEqual("response.failed"u8) || name.SequenceEqual("error"u8))
            {
                HasEnded = true;
                Forget();
            }
        }

        /// <summary>Only the answer to a warm-up is not streamed; in this mode it is sent as events too.</summary>
        public override void AddWhole(ReadOnlySpan<byte> json, ReadOnlySpan<byte> members, MessageBatch batch)
        {
            HasEnded = true;
            kept.Keep(stream, items, json, requestId);
            var begun = new ArrayBufferWriter<byte>(json.Length + 16);
            JsonSplice.Replace(json, "status"u8, "\"in_progress\""u8, begun);
            batch.Add([.. "{\"type\":\"response.created\",\"sequence_number\":0,\"response\":"u8, .. begun.WrittenSpan, (byte)'}'], members);
            batch.Add([.. "{\"type\":\"response.completed\",\"sequence_number\":1,\"response\":"u8, .. json, (byte)'}'], members);
        }

        public override void AddFailure(int status, ReadOnlySpan<byte> json, ReadOnlySpan<byte> members, MessageBatch batch)
        {
            HasEnded = true;
            Forget();
            var body = JsonText.Trim(json);
            batch.Add([.. Encoding.ASCII.GetBytes($"{{\"type\":\"error\",\"status\":{status},"), .. body[1..]], members);
        }

        /// <summary>As with OpenAI, a response whose continuation failed cannot be continued again, except from another stream.</summary>
        private void Forget()
        {
            if (Continued is { } previous && previous.Stream == stream)
                kept.Remove(previous);
        }
    }
}
