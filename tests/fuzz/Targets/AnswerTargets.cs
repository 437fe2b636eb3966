using System.Text.Json;
using Dragoman.Conversation;
using Dragoman.Dialects;
using Dragoman.Dialects.Answers;
using Dragoman.Gateway.Tests.Conversation;
using Dragoman.Gateway.Tests.Matrix;
using Dragoman.Wire;

namespace Dragoman.Fuzz;

/// <summary>
/// A provider's answer in every dialect. For any bytes, the events keep the promises of <see cref="IAnswerEvents"/>, do not
/// depend on how the bytes are split, and make a legal stream and a legal body in every client's dialect.
/// </summary>
internal static class AnswerTargets
{
    private const int Splits = 3;

    public static readonly IReadOnlyList<FuzzTarget> All =
    [
        .. ProviderFamily.All.Select(family => new FuzzTarget($"stream-{family.Name}", InputKind.Events, bytes => PlayStream(family, bytes))),
        .. ProviderFamily.All.Select(family => new FuzzTarget($"body-{family.Name}", InputKind.Json, bytes => PlayBody(family, bytes))),
        .. ProviderFamily.All.Select(family => new FuzzTarget($"other-{family.Name}", InputKind.Json, bytes => ReadOther(family, bytes))),
    ];

    private static void PlayStream(ProviderFamily family, byte[] bytes)
    {
        var whole = Play(family, bytes, [bytes.Length]);
        for (var split = 0; split < Splits; split++)
        {
            var sizes = split == 0 ? Enumerable.Repeat(1, bytes.Length) : Upstream.RandomSizes(split + bytes.Length, 1 << (2 * split)).Take(bytes.Length);
            Assert.Equal(whole, Play(family, bytes, sizes));
        }

        foreach (var client in ClientDialect.All)
        {
            var request = client.Request(stream: true);
            CheckedEvents? events = null;
            var (stream, raised, refused) = client.Stream(request, next => events = Raise(next, sink => Read(family, bytes, [bytes.Length], sink)));
            // An answer that failed before it began is an error and not a stream.
            if (!raised.HasEnded)
                continue;
            client.AssertLegal(stream);
            // Logprobs are the provider's own JSON, which may hold any word.
            if (bytes.AsSpan().IndexOf("logprobs"u8) < 0)
                Assert.Equal(raised.EndedWell && refused is null, client.HasSuccessMarker(stream));
        }
    }

    private static void PlayBody(ProviderFamily family, byte[] bytes)
    {
        foreach (var client in ClientDialect.All)
        {
            var request = client.Request(stream: false);
            var raised = Raise(null, sink => family.Dialect.OpenAnswer(request, "upstream").ReadBody(bytes, sink));
            if (!raised.HasEnded)
                continue;
            var (body, error) = client.Whole(request, raised);
            if (error is null)
                AssertJson(body);
            else
                client.MessageOf(body);
        }
    }

    /// <summary>Reads errors, model lists, embeddings and counts.</summary>
    private static void ReadOther(ProviderFamily family, byte[] bytes)
    {
        foreach (var status in (int[])[200, 400, 401, 403, 404, 413, 429, 500, 529])
        {
            var error = family.Dialect.ReadError(status, bytes, null);
            Assert.NotEmpty(error.Message);
            foreach (var client in ClientDialect.All)
            {
                client.MessageOf(client.ErrorBody(error));
                Assert.InRange(client.Dialect.Errors.StatusOf(error), 400, 599);
            }
        }

        if (family.Dialect is IListsModels list)
            Try(() => Assert.DoesNotContain(list.ReadModels(bytes), model => model.Id.Length == 0));
        if (family.Dialect is IEmbeds embeddings)
            Try(() => embeddings.ReadEmbeddings(bytes));
        if (family.Dialect is ICountsTokens counts)
            Try(() => counts.ReadTokenCount(bytes));

        static void Try(Action read)
        {
            try
            {
                read();
            }
            catch (GatewayException refusal)
            {
                Assert.NotEmpty(refusal.Error.Message);
            }
        }
    }

    /// <summary>Plays the bytes and describes the raised events.</summary>
    private static string Play(ProviderFamily family, byte[] bytes, IEnumerable<int> sizes)
    {
        var recorded = new RecordedEvents();
        var raised = Raise(recorded, sink => Read(family, bytes, sizes, sink));
        return string.Join('\n', recorded.All.Append(raised.HasEnded ? "ended" : "refused"));
    }

    /// <summary>Reads like the pipeline does.</summary>
    private static void Read(ProviderFamily family, ReadOnlySpan<byte> bytes, IEnumerable<int> sizes, CheckedEvents events)
    {
        var reader = family.Dialect.OpenAnswer(new ChatRequest { Model = "published" }, "upstream");
        using var framing = new SseReader();
        foreach (var size in sizes.Append(bytes.Length))
        {
            bytes = Upstream.Feed(framing, bytes, size);
            while (!events.HasEnded && framing.TryRead(out var name, out var data))
                reader.ReadEvent(name, data, events);
            if (events.HasEnded)
                return;
        }

        while (!events.HasEnded && framing.TryReadLast(out var lastName, out var lastData))
            reader.ReadEvent(lastName, lastData, events);
        if (!events.HasEnded)
            reader.Complete(events);
    }

    /// <summary>Raises events. An exception of a reader ends an answer that has begun.</summary>
    private static CheckedEvents Raise(IAnswerEvents? next, Action<CheckedEvents> read)
    {
        var started = new StartWatch(next);
        var events = new CheckedEvents(started);
        try
        {
            read(events);
            Assert.True(events.HasEnded, "neither End nor Fail");
        }
        catch (GatewayException refusal)
        {
            Assert.NotEmpty(refusal.Error.Message);
            if (started.HasStarted && !events.HasEnded)
                events.Fail(refusal.Error);
        }

        return events;
    }

    private static void AssertJson(ReadOnlyMemory<byte> json)
    {
        using var parsed = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 1000 });
        Assert.Equal(JsonValueKind.Object, parsed.RootElement.ValueKind);
    }

    private sealed class StartWatch(IAnswerEvents? next) : AnswerFilter(next ?? new RecordedEvents())
    {
        public bool HasStarted { get; private set; }

        public override void Start(string? upstreamId)
        {
            HasStarted = true;
            base.Start(upstreamId);
        }
    }
}
