using Dragoman.Conversation;
using Dragoman.Wire;

namespace Dragoman.Endpoints.WebSockets;

/// <summary><c>/v1/chat/completions</c> and <c>/api/chat</c> as messages: a request is the endpoint's own, with an id if the client likes.</summary>
/// <param name="end">JSON of the message in place of a stream's <c>[DONE]</c>, for the dialect that has one.</param>
internal sealed class ChatSession(ReadOnlyMemory<byte> end) : MessageSession
{
    private static readonly string[] Own = ["request_id", "type"];
    private static readonly string[] OwnAndStream = [.. Own, "stream"];

    public override string IdMember => "request_id";

    public override MessageAnswer Open(ClientMessage message, string requestId) => new Answer(message.Body, end);

    protected override ClientMessage Read(JsonMembers members)
    {
        switch (TypeOf(members))
        {
            case null:
                break;
            case "cancel":
                return new ClientMessage(default(ReadOnlyMemory<byte>)) { IsCancel = true };
            case var other:
                throw GatewayException.Invalid("type", $"type must be cancel, or absent in a request, not \"{other}\"");
        }

        // Who opens a WebSocket wants a stream, in every dialect.
        return members.Find("stream").IsEmpty
            ? new ClientMessage(BodyOf(members, OwnAndStream, "\"stream\":true"u8))
            : new ClientMessage(BodyOf(members, Own, default));
    }

    private sealed class Answer(ReadOnlyMemory<byte> body, ReadOnlyMemory<byte> end) : MessageAnswer(body)
    {
        public override void AddEvent(ReadOnlySpan<byte> name, ReadOnlySpan<byte> data, ReadOnlySpan<byte> members, MessageBatch batch) =>
            batch.Add(data.SequenceEqual("[DONE]"u8) ? end.Span : data, members);
    }
}
