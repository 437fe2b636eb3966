using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;

namespace Dragoman.Functions.Isolated;

/// <summary>
/// Knows whether functions run. An invocation ends after its answer has reached the client, on a busy machine much later.
/// </summary>
internal sealed class RunningInvocations : IFunctionsWorkerMiddleware
{
    private readonly Lock gate = new();
    private int running;
    private TaskCompletionSource? none;

    public async Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        lock (gate)
            running++;
        try
        {
            await next(context).ConfigureAwait(false);
        }
        finally
        {
            lock (gate)
            {
                if (--running == 0)
                    none?.TrySetResult();
            }
        }
    }

    /// <summary>Completes when no function runs.</summary>
    public Task NoneAsync(CancellationToken cancellation)
    {
        lock (gate)
        {
            if (running == 0)
                return Task.CompletedTask;
            if (none is null or { Task.IsCompleted: true })
                none = new(TaskCreationOptions.RunContinuationsAsynchronously);
            return none.Task.WaitAsync(cancellation);
        }
    }
}
