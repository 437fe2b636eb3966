using System.Text.Json;
using Dragoman.Emulator.Behaviors;
using Dragoman.Emulator.Inspection;
using Dragoman.Emulator.Requests;

namespace Dragoman.Emulator.Api;

/// <summary>One request to the API and its captured copy.</summary>
/// <param name="context">The exchange.</param>
/// <param name="captured">The captured copy. Null when nothing is captured.</param>
/// <param name="log">The log of captured requests, or null.</param>
/// <param name="cancellation">Canceled when the client disconnects or the process ends.</param>
internal sealed class ApiCall(HttpContext context, CapturedRequest? captured, RequestLog? log, CancellationToken cancellation) : IDisposable
{
    private RequestBody? body;
    private bool isRecorded;

    public HttpContext Context => context;

    public CapturedRequest? Captured => captured;

    public CancellationToken Cancellation => cancellation;

    public string? BehaviorHeader => context.Request.Headers[EmulatedBehavior.HeaderName];

    /// <summary>Reads the body, captures it, and returns what <paramref name="read"/> returns for its JSON object.</summary>
    /// <exception cref="RefusalException">The body is too long or not a JSON object, or <paramref name="read"/> rejects it.</exception>
    public async Task<T> ReadAsync<T>(Func<JsonElement, T> read)
    {
        body = await RequestBody.ReadAsync(context.Request, cancellation);
        JsonDocument document;
        try
        {
            document = body.ParseObject();
        }
        catch (RefusalException)
        {
            captured?.SetBody(body.Bytes.Span, isJson: false);
            throw;
        }

        using (document)
        {
            captured?.SetBody(body.Bytes.Span, isJson: true);
            Record();
            var result = read(document.RootElement);
            // The request must not stay in memory during a long stream.
            body.Dispose();
            return result;
        }
    }

    /// <exception cref="RefusalException">The path has no such method.</exception>
    public void Allow(params ReadOnlySpan<string> methods)
    {
        var method = HttpMethods.IsHead(context.Request.Method) ? "GET" : context.Request.Method;
        if (!methods.Contains(method))
        {
            throw new RefusalException(new(RefusalKind.MethodNotAllowed, "Method Not Allowed") { Allow = string.Join(", ", methods) });
        }
    }

    /// <summary>Puts the request into the log, once.</summary>
    public void Record()
    {
        if (captured is null || isRecorded)
            return;
        isRecorded = true;
        log?.Add(captured);
    }

    public void Dispose() => body?.Dispose();
}
