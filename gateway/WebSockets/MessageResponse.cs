using System.IO.Pipelines;
using Dragoman.Pipeline;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Dragoman.WebSockets;

/// <summary>The response to one message's request, with the features that the pipeline uses for HTTP.</summary>
/// <param name="requestId">The gateway's id of the request.</param>
/// <param name="abort">Closes the connection when an answer breaks off.</param>
/// <param name="aborted">Is canceled when the client has left or has canceled the request.</param>
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
