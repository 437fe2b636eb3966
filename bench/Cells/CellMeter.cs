using System.Buffers;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Dragoman.Conversation;
using Dragoman.Wire;

namespace Dragoman.Bench.Cells;

/// <summary>What one way from a client to a provider costs, in this process and without a network.</summary>
/// <param name="Lane">Whether the client's own bytes pass through.</param>
/// <param name="RequestMicroseconds">To read a request and to write it for the provider.</param>
/// <param name="RequestBytes">Allocated for that.</param>
/// <param name="TokenNanoseconds">For one token of a stream.</param>
/// <param name="TokenBytes">Allocated for that.</param>
internal sealed record CellCost(bool Lane, double RequestMicroseconds, double RequestBytes, double TokenNanoseconds, double TokenBytes);

/// <summary>Measures one cell of the matrix: every part of steps 3, 6 and 8 that is not the network.</summary>
internal sealed class CellMeter(Client client, Upstream upstream)
{
    private const int Requests = 400;
    private const int Tokens = 4000;

    /// <summary>As many bytes as one read of a socket gives.</summary>
    private const int ReadSize = 4096;

    private readonly List<double> requestTimes = [];
    private readonly List<double> tokenTimes = [];
    private byte[] stream = [];
    private ChatRequest request = null!;
    private bool lane;
    private double requestBytes;
    private double tokenBytes;

    public string Client => client.Name;

    public string Provider => upstream.Name;

    public CellCost Cost => new(lane, Statistics.Median(requestTimes), requestBytes, Statistics.Median(tokenTimes), tokenBytes);

    /// <summary>Makes sure that the cell works before it is measured: its stream has to end well.</summary>
    /// <exception cref="InvalidOperationException">It did not.</exception>
    public void Prepare()
    {
        request = Read();
        lane = upstream.Dialect.TryPassThrough(request, upstream.Model) is not null;
        stream = (request.Completion is not null && upstream.CompletionStream is { } completion ? completion : upstream.Stream)(Tokens);
        var output = new ArrayBufferWriter<byte>();
        Play(output, keep: true);
        var text = Encoding.UTF8.GetString(output.WrittenSpan);
        string[] ends = ["data: [DONE]\n\n", "\"type\":\"message_stop\"}\n\n", "\"done_reason\":\"stop\""];
        if (!Array.Exists(ends, text.Contains) && !text.Contains("event: response.completed", StringComparison.Ordinal))
            throw new InvalidOperationException($"{client.Name} to {upstream.Name} does not end well: {text[^Math.Min(text.Length, 300)..]}");
    }

    public void MeasureOnce()
    {
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var started = Stopwatch.GetTimestamp();
        for (var count = 0; count < Requests; count++)
        {
            var read = Read();
            _ = upstream.Dialect.TryPassThrough(read, upstream.Model) ?? upstream.Dialect.Write(read, upstream.Model, new LossReport());
        }

        requestTimes.Add(Stopwatch.GetElapsedTime(started).TotalMicroseconds / Requests);
        requestBytes = (GC.GetAllocatedBytesForCurrentThread() - allocated) / (double)Requests;

        var output = new ArrayBufferWriter<byte>(64 * 1024);
        allocated = GC.GetAllocatedBytesForCurrentThread();
        started = Stopwatch.GetTimestamp();
        Play(output, keep: false);
        tokenTimes.Add(Stopwatch.GetElapsedTime(started).TotalNanoseconds / Tokens);
        tokenBytes = (GC.GetAllocatedBytesForCurrentThread() - allocated) / (double)Tokens;
    }

    private ChatRequest Read()
    {
        var json = new Utf8JsonReader(client.Request);
        using var body = JsonDocument.ParseValue(ref json);
        return client.Dialect.Read(body.RootElement, RequestContext.Bare) with { Source = client.Request };
    }

    private void Play(ArrayBufferWriter<byte> output, bool keep)
    {
        var context = new AnswerContext(request, "request", TimeProvider.System, TimeProvider.System.GetTimestamp());
        var reader = upstream.Dialect.OpenAnswer(request, upstream.Model);
        var passing = lane ? client.Dialect.OpenPassThrough(context, output) : null;
        var events = passing ?? client.Dialect.OpenStream(context, output);
        using var sse = new SseReader();
        for (var from = 0; from < stream.Length; from += ReadSize)
        {
            var piece = stream.AsMemory(from, Math.Min(ReadSize, stream.Length - from));
            while (!piece.IsEmpty)
            {
                var room = sse.GetMemory();
                var size = Math.Min(room.Length, piece.Length);
                piece[..size].CopyTo(room);
                sse.Advance(size);
                piece = piece[size..];
                while (sse.TryRead(out var name, out var data))
                {
                    reader.ReadEvent(name, data, events);
                    passing?.ForwardEvent(name, data);
                }
            }

            if (!keep)
                output.ResetWrittenCount();
        }

        reader.Complete(events);
        passing?.CloseStream();
    }
}
