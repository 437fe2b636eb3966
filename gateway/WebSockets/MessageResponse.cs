using System.IO.Pipelines;
using Dragoman.Pipeline;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Dragoman.WebSockets;

/// <summary>The response side of one message's request, as the pipeline knows it from HTTP.</summary>
/// <param name="requestId">Of the request.</param>
/// <param name="abort">Breaks the connection, for an answer that cannot end well any more.</param>
/// <param name="aborted">The client has left, or wants no answer any more.</param>
internal sealed class MessageResponse(string requestId, Action abort, CancellationToken aborted)
    : IHttpResponseFeature, IHttpResponseBodyFeature, IHttpRequestLifetimeFeature, IOwnKeepAlive
{
    private Stream? stream;

    public MessageBody Messages { get; set; } = null!;

    public string RequestId => requestId;

    public int StatusCode { get; set; } = StatusCodes.Status200OK;

    public string? ReasonPhrase { get; set; }

    public IHeaderDictionary Headers { get; set; } = new HeaderDictionary();

    public bool HasStarted => Messages.HasStarted;

    public Stream Body
    {
        get => Stream;
        set => throw new NotSupportedException();
    }

    public Stream Stream => stream ??= Messages.AsStream(leaveOpen: true);

    public PipeWriter Writer => Messages;

    public CancellationToken RequestAborted { get; set; } = aborted;

    public void Abort() => abort();

    public Task StartAsync(CancellationToken cancellationToken = default) => Task.CompletedTask;

    public Task CompleteAsync() => Task.CompletedTask;

    public void DisableBuffering()
    {
    }

    public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public void OnStarting(Func<object, Task> callback, object state) => throw new NotSupportedException();

    public void OnCompleted(Func<object, Task> callback, object state) => throw new NotSupportedException();
}
