using System.Collections.Concurrent;
using Dragoman.FunctionsHost.Protocol;
using Grpc.Core;

namespace Dragoman.FunctionsHost;

/// <summary>Takes the stream that each worker opens.</summary>
internal sealed class WorkerService : FunctionRpc.FunctionRpcBase
{
    private readonly ConcurrentDictionary<string, WorkerChannel> expected = new();

    public void Expect(string worker, WorkerChannel channel) => expected[worker] = channel;

    public override async Task EventStream(IAsyncStreamReader<Envelope> requestStream, IServerStreamWriter<Envelope> responseStream, ServerCallContext context)
    {
        if (!await requestStream.MoveNext(context.CancellationToken).ConfigureAwait(false)
            || requestStream.Current.Hello is not { } hello || !expected.TryRemove(hello.WorkerId, out var channel))
            throw new RpcException(new Status(StatusCode.InvalidArgument, "the first message names no worker that was started"));
        await channel.RunAsync(requestStream, responseStream, context.CancellationToken).ConfigureAwait(false);
    }
}
