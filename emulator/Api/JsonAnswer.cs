using System.Buffers;
using System.Text.Json;
using Dragoman.Emulator.Completions;

namespace Dragoman.Emulator.Api;

/// <summary>Sends one complete JSON object.</summary>
internal static class JsonAnswer
{
    /// <summary>Completes the captured request before sending, because a test may read it as soon as the answer arrives.</summary>
    public static Task SendAsync(ApiCall call, Action<Utf8JsonWriter> write)
    {
        call.Record();
        call.Captured?.Complete(call.Context.Response.StatusCode);
        return SendAsync(call.Context, write);
    }

    public static Task SendAsync(HttpContext context, ApiError error)
    {
        context.Response.StatusCode = error.Status;
        if (error.RetryAfter is { } seconds)
            context.Response.Headers.RetryAfter = seconds.ToString();
        if (error.Allow is not null)
            context.Response.Headers.Allow = error.Allow;
        return SendAsync(context, error.Write);
    }

    public static async Task SendAsync(HttpContext context, Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(buffer, ServerSentEvents.WriterOptions))
            write(json);
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = buffer.WrittenCount;
        if (!HttpMethods.IsHead(context.Request.Method))
            await context.Response.BodyWriter.WriteAsync(buffer.WrittenMemory);
    }
}
