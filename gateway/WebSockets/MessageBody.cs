using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using Dragoman.Conversation;
using Dragoman.Dialects;
using Dragoman.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Dragoman.WebSockets;

/// <summary>
/// The response body of one message's request: removes the HTTP framing (SSE or lines) from what the endpoint writes, and
/// sends each event or line as a message. The messages of one write are sent together; a complete one is never held back.
/// </summary>
/// <param name="sender">The sender of the connection.</param>
/// <param name="answer">Writes this endpoint's answers as messages.</param>
/// <param name="id">JSON: the member with the client's id, with a comma in front; empty when the client gave none.</param>
/// <param name="aborted">Is canceled when the answer is no longer wanted.</param>
internal sealed class MessageBody(MessageSender sender, MessageAnswer answer, ReadOnlyMemory<byte> id, CancellationToken aborted) : PipeWriter, IDisposable
{
    private static readonly string[] Unsent =
    [
        HeaderNames.Connection, HeaderNames.ContentType, HeaderNames.ContentLength, HeaderNames.CacheControl, HeaderNames.Vary, HeaderNames.Allow,
        HeaderNames.AccessControlAllowOrigin, HeaderNames.AccessControlExposeHeaders, "X-Accel-Buffering",
    ];

    private readonly MessageBatch batch = new();
    private readonly ArrayBufferWriter<byte> unflushed = new();
    private readonly SseReader events = new();
    private readonly LineReader lines = new();
    private Framing framing;
    private bool hasSentHeaders;

    private enum Framing
    {
        Unknown,
        Events,
        Lines,

        /// <summary>The whole body is one message.</summary>
        None,
    }

    /// <summary>Set before anything is written.</summary>
    public required MessageResponse Response { get; init; }

    public bool HasStarted => framing != Framing.Unknown;

    public override Memory<byte> GetMemory(int sizeHint = 0) => unflushed.GetMemory(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => unflushed.GetSpan(sizeHint);

    public override void Advance(int bytes) => unflushed.Advance(bytes);

    public override async ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        var flushed = await WriteAsync(unflushed.WrittenMemory, cancellationToken).ConfigureAwait(false);
        unflushed.ResetWrittenCount();
        return flushed;
    }

    public override async ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default)
    {
        aborted.ThrowIfCancellationRequested();
        if (framing == Framing.Unknown)
            framing = FramingOf(Response);
        await SocketThread.LeaveForStreamAsync((long)source.Length + events.Buffered + lines.Buffered);
        switch (framing)
        {
            case Framing.Events:
                TakeEvents(source.Span);
                break;
            case Framing.Lines:
                TakeLines(source.Span);
                break;
            default:
                // A body without framing is collected in the buffer for lines.
                lines.Append(source.Span);
                break;
        }

        if (batch.Count > 0)
            await sender.SendAsync(batch, cancellationToken.CanBeCanceled ? cancellationToken : aborted).ConfigureAwait(false);
        return default;
    }

    /// <summary>Sends the rest when the endpoint has finished: what no line end or blank line has ended.</summary>
    public async Task EndAsync()
    {
        if (unflushed.WrittenCount > 0)
            await FlushAsync(aborted).ConfigureAwait(false);
        await SocketThread.LeaveForStreamAsync((long)events.Buffered + lines.Buffered);
        switch (framing)
        {
            case Framing.Events when events.TryReadLast(out var name, out var data):
                answer.AddEvent(name, data, TakeMembers(), batch);
                break;
            case Framing.Lines when lines.TryReadLast(out var line):
                answer.AddEvent(default, line, TakeMembers(), batch);
                break;
            case Framing.None when lines.TryReadLast(out var whole):
                if (Response.StatusCode < StatusCodes.Status400BadRequest)
                    answer.AddWhole(whole, TakeMembers(), batch);
                else
                    answer.AddFailure(Response.StatusCode, whole, TakeMembers(), batch);
                break;
        }

        if (batch.Count > 0)
            await sender.SendAsync(batch, aborted).ConfigureAwait(false);
    }

    /// <summary>Ends the answer with a failure that does not come from the endpoint.</summary>
    /// <param name="errors">The endpoint's error format.</param>
    /// <param name="error">The failure.</param>
    /// <param name="status">The HTTP status, or 499 for a canceled request.</param>
    /// <param name="cancellation">Is canceled when the connection ends.</param>
    public Task FailAsync(IErrorShape errors, GatewayError error, int status, CancellationToken cancellation)
    {
        var body = new ArrayBufferWriter<byte>(256);
        errors.WriteError(body, error, Response.RequestId);
        answer.AddFailure(status, body.WrittenSpan, TakeMembers(), batch);
        return sender.SendAsync(batch, cancellation);
    }

    public override void CancelPendingFlush()
    {
    }

    public override void Complete(Exception? exception = null)
    {
    }

    public void Dispose() => events.Dispose();

    private static Framing FramingOf(MessageResponse response)
    {
        if (response.StatusCode >= StatusCodes.Status400BadRequest)
            return Framing.None;
        var type = response.Headers.ContentType.ToString();
        return type.StartsWith("text/event-stream", StringComparison.Ordinal) ? Framing.Events
            : type.StartsWith("application/x-ndjson", StringComparison.Ordinal) ? Framing.Lines
            : Framing.None;
    }

    private void TakeEvents(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var room = events.GetMemory().Span;
            var count = Math.Min(room.Length, bytes.Length);
            bytes[..count].CopyTo(room);
            events.Advance(count);
            bytes = bytes[count..];
            while (events.TryRead(out var name, out var data))
                answer.AddEvent(name, data, TakeMembers(), batch);
        }
    }

    private void TakeLines(ReadOnlySpan<byte> bytes)
    {
        lines.Append(bytes);
        while (lines.TryRead(out var line))
            answer.AddEvent(default, line, TakeMembers(), batch);
    }

    /// <summary>The members at the end of a message; those of the first message include the HTTP headers.</summary>
    private ReadOnlySpan<byte> TakeMembers()
    {
        if (hasSentHeaders)
            return id.Span;
        hasSentHeaders = true;
        var members = new StringBuilder(",\"headers\":{");
        foreach (var (name, value) in Response.Headers)
        {
            if (Unsent.Contains(name, StringComparer.OrdinalIgnoreCase))
                continue;
            if (members[^1] != '{')
                members.Append(',');
            members.Append('"').Append(name.ToLowerInvariant()).Append("\":\"").Append(Encoding.UTF8.GetString(JsonText.Escape(value.ToString()))).Append('"');
        }

        return (byte[])[.. Encoding.UTF8.GetBytes(members.Append('}').ToString()), .. id.Span];
    }
}
