using System.Buffers;
using System.Text.Json;
using Dragoman.Conversation;
using Dragoman.Dialects;
using Dragoman.Gateway.Tests.Conversation;

namespace Dragoman.Gateway.Tests.Dialects;

/// <summary>Calls an inbound dialect as the pipeline does.</summary>
internal static class InboundCalls
{
    public const string RequestId = "req-1";

    public static AnswerContext Context(ChatRequest request, ManualTimeProvider? clock = null)
    {
        clock ??= new ManualTimeProvider();
        return new AnswerContext(request, RequestId, clock, clock.GetTimestamp());
    }

    public static ChatRequest Read(this IInboundDialect dialect, string json) => dialect.Read(Json.Parse(json), RequestContext.Bare);

    /// <summary>Asserts that a request is rejected with a 400 that names the member.</summary>
    public static GatewayError Refuses(this IInboundDialect dialect, string json, string field)
    {
        var error = Assert.Throws<GatewayException>(() => dialect.Read(json)).Error;
        Assert.Equal(field, error.Field);
        Assert.Equal(400, dialect.Errors.StatusOf(error));
        Assert.NotEmpty(error.Message);
        return error;
    }

    /// <summary>Streams a fixture's answer in this dialect and returns the client's bytes.</summary>
    public static string Stream(this IInboundDialect dialect, WireFixture fixture, ChatRequest request)
    {
        var output = new ArrayBufferWriter<byte>();
        Upstream.Play(fixture, dialect.OpenStream(Context(request), output));
        return Json.TextOf(output);
    }

    /// <summary>Streams events that the test raises.</summary>
    public static string Stream(this IInboundDialect dialect, ChatRequest request, Action<IAnswerEvents> raise, ManualTimeProvider? clock = null)
    {
        var output = new ArrayBufferWriter<byte>();
        var events = new CheckedEvents(dialect.OpenStream(Context(request, clock), output));
        events.Start("up-1");
        try
        {
            raise(events);
        }
        catch (GatewayException refusal)
        {
            events.Fail(refusal.Error);
        }

        return Json.TextOf(output);
    }

    public static JsonElement Answer(this IInboundDialect dialect, ChatRequest request, ChatAnswer answer, ManualTimeProvider? clock = null)
    {
        var output = new ArrayBufferWriter<byte>();
        dialect.WriteAnswer(Context(request, clock), answer, output);
        return Json.Parse(output.WrittenMemory);
    }

    public static JsonElement? AnswerLocally(this IInboundDialect dialect, ChatRequest request)
    {
        var output = new ArrayBufferWriter<byte>();
        return dialect.TryAnswerLocally(Context(request), output) ? Json.Parse(output.WrittenMemory) : null;
    }
}
