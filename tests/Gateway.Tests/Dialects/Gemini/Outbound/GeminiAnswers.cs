using System.Text;
using Dragoman.Conversation;
using Dragoman.Dialects.Gemini.Outbound;
using Dragoman.Gateway.Tests.Conversation;

namespace Dragoman.Gateway.Tests.Dialects.Gemini.Outbound;

/// <summary>Passes Gemini's bytes to its reader as the pipeline does.</summary>
internal static class GeminiAnswers
{
    public const string Model = "gemini-3.5-flash";

    private static readonly ChatRequest Request = new() { Model = "published" };

    public static CheckedEvents Play(WireFixture fixture, IAnswerEvents? next = null) =>
        fixture.IsWholeBody ? PlayBody(Encoding.UTF8.GetString(fixture.Body), next: next) : PlayStream(fixture.Body, [], next);

    public static CheckedEvents PlayBody(string body, ChatRequest? request = null, IAnswerEvents? next = null)
    {
        var events = new CheckedEvents(next);
        new GeminiOutbound().OpenAnswer(request ?? Request, Model).ReadBody(Encoding.UTF8.GetBytes(body), events);
        Assert.True(events.HasEnded, "neither End nor Fail");
        return events;
    }

    public static CheckedEvents PlayChunks(IEnumerable<string> chunks, ChatRequest? request = null) =>
        PlayStream(Encoding.UTF8.GetBytes(string.Concat(chunks.Select(chunk => $"data: {chunk}\r\n\r\n"))), [], request: request);

    /// <param name="bytes">The whole stream.</param>
    /// <param name="sizes">The number of bytes of each read. The rest arrives in one more read.</param>
    /// <param name="next">Also receives the events.</param>
    /// <param name="request">The client's request.</param>
    public static CheckedEvents PlayStream(ReadOnlySpan<byte> bytes, IEnumerable<int> sizes, IAnswerEvents? next = null, ChatRequest? request = null)
    {
        var events = new CheckedEvents(next);
        Upstream.Feed(new GeminiOutbound().OpenAnswer(request ?? Request, Model), bytes, sizes, events);
        Assert.True(events.HasEnded, "neither End nor Fail");
        return events;
    }

    public static string Parts(string parts, string? finish = null) =>
        $$"""{"candidates":[{"content":{"parts":[{{parts}}],"role":"model"}{{(finish is null ? "" : $",\"finishReason\":\"{finish}\"")}},"index":0}],"responseId":"r"}""";
}
