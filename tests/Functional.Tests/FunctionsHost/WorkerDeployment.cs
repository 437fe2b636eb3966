using System.Threading.Channels;
using Dragoman.Functional.Tests.Harness;
using Dragoman.FunctionsHost;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Dragoman.Functional.Tests.FunctionsHost;

/// <summary>
/// The isolated worker behind the tests' Functions host, the same executable alone on its own server, and a provider whose
/// answers the tests control.
/// </summary>
public sealed class WorkerDeployment : IAsyncLifetime, IDisposable
{
    /// <summary>The name of a model of the provider.</summary>
    public const string Model = "held/any";

    /// <summary>The app's host name.</summary>
    public const string HostName = "dragoman.azurewebsites.net";

    private readonly ScratchDirectory directory = new();

    /// <summary>The provider's answer to a call.</summary>
    internal RequestDelegate Answer { get; set; } = AnswerWholeAsync;

    internal WorkerHost Host { get; private set; } = null!;

    internal RecordingUpstream Provider { get; private set; } = null!;

    /// <summary>The same executable alone.</summary>
    internal DragomanProcess Alone { get; private set; } = null!;

    internal HttpClient Client { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Provider = await StartProviderAsync(context => Answer(context));
        var environment = EnvironmentFor(Provider);
        environment["WEBSITE_HOSTNAME"] = HostName;
        Host = await WorkerHost.StartAsync(IsolatedApp.In(directory.Path, environment));
        Alone = await DragomanProcess.StartAsync("functions", directory.Path, environment);
        Client = PlainHttpClient.For(Host.Address);
    }

    public async Task DisposeAsync()
    {
        Client.Dispose();
        await Alone.DisposeAsync();
        await Host.DisposeAsync();
        await Provider.DisposeAsync();
    }

    public void Dispose() => directory.Dispose();

    /// <summary>Starts a provider with one model and the answers that a test chooses.</summary>
    internal static Task<RecordingUpstream> StartProviderAsync(RequestDelegate answer) => RecordingUpstream.StartAsync("provider", context =>
    {
        if (!HttpMethods.IsGet(context.Request.Method))
            return answer(context);
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync("""{"object":"list","data":[{"id":"any","object":"model"},{"id":"of/a-publisher","object":"model"}]}""");
    });

    /// <summary>The variables with which the gateway knows the provider.</summary>
    internal static Dictionary<string, string?> EnvironmentFor(RecordingUpstream provider) => new()
    {
        ["DRAGOMAN__providers__held"] = $$"""{ "dialect": "openai", "baseUrl": "http://{{provider.Authority}}/v1", "publish": "all", "options": { "server": "generic" } }""",
    };

    /// <summary>Answers a call that does not stream.</summary>
    internal static Task AnswerWholeAsync(HttpContext context)
    {
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync("""{"id":"c","choices":[{"index":0,"message":{"role":"assistant","content":"whole"},"finish_reason":"stop"}]}""");
    }

    /// <summary>Answers with a stream of the words that the test writes, each at once, up to the end of the words.</summary>
    internal static RequestDelegate AnswerWith(ChannelReader<string> words) => async context =>
    {
        context.Response.ContentType = "text/event-stream";
        await foreach (var word in words.ReadAllAsync(context.RequestAborted))
            await WriteWordAsync(context, word);
        await context.Response.WriteAsync("""data: {"id":"c","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}""" + "\n\ndata: [DONE]\n\n");
    };

    /// <summary>Answers with one word and then nothing more, until the gateway cuts the connection or the test breaks it.</summary>
    /// <param name="cut">Completes when the gateway cuts the connection.</param>
    /// <param name="breaks">Breaks the connection when it completes.</param>
    internal static RequestDelegate AnswerHalf(TaskCompletionSource? cut = null, Task? breaks = null) => async context =>
    {
        var aborted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var aborting = context.RequestAborted.Register(() => aborted.TrySetResult());
        var request = (RecordedRequest)context.Items[typeof(RecordedRequest)]!;
        if (request.BodyText.Contains("\"stream\":true", StringComparison.Ordinal))
        {
            context.Response.ContentType = "text/event-stream";
            await WriteWordAsync(context, "half");
        }

        await Task.WhenAny(aborted.Task, breaks ?? aborted.Task);
        cut?.TrySetResult();
        context.Abort();
    };

    internal static async Task WriteWordAsync(HttpContext context, string word)
    {
        await context.Response.WriteAsync($$$"""data: {"id":"c","choices":[{"index":0,"delta":{"role":"assistant","content":"{{{word}}}"},"finish_reason":null}]}""" + "\n\n");
        await context.Response.Body.FlushAsync();
    }

    /// <summary>Reads lines until one has the text.</summary>
    internal static async Task ReadUntilAsync(StreamReader reader, string text)
    {
        while (await reader.ReadLineAsync().WaitAsync(Eventually.Deadline) is { } line)
        {
            if (line.Contains(text, StringComparison.Ordinal))
                return;
        }

        throw new InvalidDataException($"the stream ended without {text}");
    }

    /// <summary>Waits for the line that settles a request.</summary>
    internal static async Task<string> SettledAsync(WorkerHost host, string requestId)
    {
        string? settled = null;
        await Eventually.HoldsAsync(
            () => (settled = host.Lines.FirstOrDefault(line => line.Contains($"settled {requestId} ", StringComparison.Ordinal))) is not null,
            () => $"{requestId} was not settled:\n{string.Join('\n', host.Lines)}");
        return settled!;
    }
}
