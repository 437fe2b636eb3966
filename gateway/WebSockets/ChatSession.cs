using Dragoman.Conversation;
using Dragoman.Locales;
using Dragoman.Wire;

namespace Dragoman.WebSockets;

/// <summary><c>/v1/chat/completions</c> and <c>/api/chat</c> as messages: a request has the endpoint's own form, with an optional id of the client's.</summary>
internal sealed class ChatSession : MessageSession
{
    private static readonly string[] Own = ["request_id", "type"];
    private static readonly string[] OwnAndStream = [.. Own, "stream"];

    public override string IdMember => "request_id";

    public override MessageAnswer Open(ClientMessage message, string requestId) => new Answer(message.Body);

    protected override ClientMessage Read(JsonMembers members)
    {
        switch (TypeOf(members))
        {
            case null:
                break;
            case "cancel":
                return new ClientMessage(default(ReadOnlyMemory<byte>)) { IsCancel = true };
            case var other:
                throw GatewayException.Invalid("type", SocketText.CancelOrAbsent(other));
        }

        // A client that opens a WebSocket wants a stream, in every dialect.
        return members.Find("stream").IsEmpty
            ? new ClientMessage(BodyOf(members, OwnAndStream, "\"stream\":true"u8))
            : new ClientMessage(BodyOf(members, Own, default));
    }

    private sealed class Answer(ReadOnlyMemory<byte> body) : MessageAnswer(body)
    {
        /// <summary>The end of the stream as JSON, because OpenAI's <c>[DONE]</c> is not JSON.</summary>
        private static ReadOnlySpan<byte> End => "{\"object\":\"chat.completion.done\"}"u8;

        public override void AddEvent(ReadOnlySpan<byte> name, ReadOnlySpan<byte> data, ReadOnlySpan<byte> members, MessageBatch batch)
        {
            var isEnd = data.SequenceEqual("[DONE]"u8);
            // Ollama's last line, and the failures of both dialects. Inside a text the quotes would be escaped.
            HasEnded |= isEnd || data.IndexOf("\"done\":true"u8) >= 0 || data.StartsWith("{\"error\":"u8);
            batch.Add(isEnd ? End : data, members);
        }
    }
}
