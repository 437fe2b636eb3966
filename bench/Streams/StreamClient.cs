using System.Net;

namespace Dragoman.Bench.Streams;

/// <summary>Holds very many streams in one thread. It runs as a separate process.</summary>
internal sealed class StreamClient
{
    private const int ReadSize = 64 * 1024;
    private const int EventsAtOnce = 512;

    private readonly IPEndPoint address;
    private readonly PacedDialect dialect;
    private readonly PacedPlan plan;
    private readonly byte[] request;
    private readonly int poll = Sockets.CreatePoll(0);
    private readonly ClientStream?[] streams;
    private readonly byte[] received = new byte[ReadSize];
    private readonly byte[] scratch = new byte[2 * ReadSize];
    private readonly ClientCounts counts = new();
    private readonly Dictionary<string, int> faults = [];
    private int whole;
    private int stalled;
    private int over;
    private long tokens;

    private StreamClient(Uri url, PacedDialect dialect, PacedPlan plan, byte[] request)
    {
        address = IPEndPoint.Parse(url.Authority);
        this.dialect = dialect;
        this.plan = plan;
        this.request = request;
        streams = new ClientStream[plan.Streams];
    }

    public static ClientResult Run(Uri url, PacedDialect dialect, string model, PacedPlan plan, IReadOnlyList<string> headers) =>
        new StreamClient(url, dialect, plan, dialect.Request(url, model, headers)).Run();

    private ClientResult Run()
    {
        var events = new PollEvent[EventsAtOnce];
        var began = PacedToken.Now;
        var deadline = began + (long)plan.Patience.TotalMicroseconds;
        var started = 0;
        while (over < plan.Streams && PacedToken.Now < deadline)
        {
            // Streams are started at fixed times, whether or not earlier ones have an answer.
            var due = Math.Min(plan.Streams, 1 + (long)((PacedToken.Now - began) / plan.Ramp.TotalMicroseconds * plan.Streams));
            while (started < due)
                Start(started++);
            var ready = Sockets.Wait(poll, events, events.Length, milliseconds: 1);
            for (var index = 0; index < ready; index++)
                Handle(events[index]);
        }

        foreach (var stream in streams)
        {
            if (stream is not null)
                Finish(stream, "had not ended when the time was up");
        }

        string[] commonest = [.. faults.OrderByDescending(fault => fault.Value).Take(5).Select(fault => $"{fault.Value} × {fault.Key}")];
        return new ClientResult(plan.Streams, whole, stalled, tokens, counts.Lateness.Spread, counts.FirstTokens.Spread, commonest);
    }

    private void Start(int index)
    {
        var now = PacedToken.Now;
        var descriptor = Sockets.Connect(address);
        if (descriptor < 0)
        {
            CountFault($"no connection, error {-descriptor}");
            over++;
            return;
        }

        streams[index] = new ClientStream(dialect, plan.Tokens, descriptor, now);
        Sockets.Watch(poll, descriptor, Sockets.Writable | Sockets.Readable, index);
    }

    private void Handle(PollEvent happened)
    {
        var stream = streams[happened.Index]!;
        if (!stream.HasAsked && (happened.Events & Sockets.Writable) != 0)
        {
            var sent = Sockets.Send(stream.Descriptor, request);
            if (sent != request.Length)
            {
                End(happened.Index, stream, $"could not ask, error {-sent}");
                return;
            }

            stream.HasAsked = true;
            Sockets.WatchNow(poll, stream.Descriptor, Sockets.Readable, happened.Index);
        }

        var length = Sockets.Receive(stream.Descriptor, received);
        if (length == -Sockets.WouldBlock)
            return;
        if (length <= 0)
        {
            End(happened.Index, stream, length == 0 ? "was closed before its end" : $"broke, error {-length}");
            return;
        }

        stream.Take(received.AsSpan(0, length), scratch, counts);
        if (stream.Fault is { } fault)
            End(happened.Index, stream, fault);
        else if (stream.IsWhole)
            End(happened.Index, stream, "");
    }

    private void End(int index, ClientStream stream, string fault)
    {
        streams[index] = null;
        Finish(stream, fault);
    }

    private void Finish(ClientStream stream, string fault)
    {
        Sockets.Close(stream.Descriptor);
        over++;
        tokens += stream.Received;
        if (stream.IsStalled)
            stalled++;
        if (stream.IsWhole && fault.Length == 0)
            whole++;
        else
            CountFault(fault);
    }

    private void CountFault(string fault) => faults[fault] = faults.GetValueOrDefault(fault) + 1;
}
