using Dragoman.Conversation;
using Dragoman.Dialects;
using Dragoman.Dialects.ChatCompletions;
using Dragoman.Wire;

namespace Dragoman.Gateway.Tests.Conversation;

/// <summary>Passes a provider's bytes to the readers as the pipeline does.</summary>
internal static class Upstream
{
    public static ChatCompletionReader Reader(int expectedChoices = 1) =>
        new(json => ErrorReader.Read(200, json, null), expectedChoices);

    /// <summary>Reads a fixture in one piece.</summary>
    public static CheckedEvents Play(WireFixture fixture, IAnswerEvents? next = null) =>
        fixture.IsWholeBody ? PlayBody(fixture.Body, next) : PlayStream(fixture.Body, [fixture.Body.Length], next);

    public static CheckedEvents PlayBody(ReadOnlySpan<byte> body, IAnswerEvents? next = null)
    {
        var events = new CheckedEvents(next);
        Run(events, body, static (reader, bytes, sink) => reader.ReadBody(bytes, sink));
        return events;
    }

    public static CheckedEvents PlayText(string stream, IAnswerEvents? next = null, int expectedChoices = 1)
    {
        var bytes = System.Text.Encoding.UTF8.GetBytes(stream);
        return PlayStream(bytes, [bytes.Length], next, expectedChoices);
    }

    /// <param name="bytes">The whole stream.</param>
    /// <param name="sizes">The number of bytes of each read. The rest arrives in one more read.</param>
    /// <param name="next">Also receives the events.</param>
    /// <param name="expectedChoices">The number of choices that the client requested.</param>
    public static CheckedEvents PlayStream(ReadOnlySpan<byte> bytes, IEnumerable<int> sizes, IAnswerEvents? next = null, int expectedChoices = 1)
    {
        var events = new CheckedEvents(next);
        try
        {
            Feed(Reader(expectedChoices), bytes, sizes, events);
        }
        catch (GatewayException refusal)
        {
            events.Fail(refusal.Error);
        }

        Assert.True(events.HasEnded, "neither End nor Fail");
        return events;
    }

    /// <summary>Passes a whole stream to a reader, in reads of the given sizes. The rest arrives in one more read.</summary>
    public static void Feed(IAnswerReader answer, ReadOnlySpan<byte> bytes, IEnumerable<int> sizes, IAnswerEvents events)
    {
        using var framing = new SseReader();
        foreach (var size in sizes.Append(bytes.Length))
        {
            bytes = Feed(framing, bytes, size);
            while (framing.TryRead(out var name, out var data))
                answer.ReadEvent(name, data, events);
        }

        while (framing.TryReadLast(out var lastName, out var lastData))
            answer.ReadEvent(lastName, lastData, events);
        answer.Complete(events);
    }

    /// <summary>Passes at most <paramref name="size"/> bytes to the framing and returns the rest.</summary>
    public static ReadOnlySpan<byte> Feed(SseReader framing, ReadOnlySpan<byte> bytes, int size)
    {
        size = Math.Min(size, bytes.Length);
        for (var given = 0; given < size;)
        {
            var room = framing.GetMemory().Span;
            Assert.False(room.IsEmpty);
            var count = Math.Min(room.Length, size - given);
            bytes.Slice(given, count).CopyTo(room);
            framing.Advance(count);
            given += count;
        }

        return bytes[size..];
    }

    public static IEnumerable<int> RandomSizes(int seed, int largest)
    {
        var random = new Random(seed);
        while (true)
            yield return random.Next(1, largest + 1);
    }

    private delegate void Reading(ChatCompletionReader reader, ReadOnlySpan<byte> bytes, IAnswerEvents events);

    private static void Run(CheckedEvents events, ReadOnlySpan<byte> bytes, Reading reading)
    {
        try
        {
            reading(Reader(), bytes, events);
        }
        catch (GatewayException refusal)
        {
            events.Fail(refusal.Error);
        }

        Assert.True(events.HasEnded, "neither End nor Fail");
    }
}
