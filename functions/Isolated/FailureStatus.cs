using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;

namespace Dragoman.Functions.Isolated;

/// <summary>
/// Makes an exception that leaves a function a failure for the client too. The framework reports it to the host only, and
/// answers the client's request with 200 and no body (specs/functions-worker.md 3). The gateway answers every failure that it
/// knows, so this is for those that it does not.
/// </summary>
internal sealed class FailureStatus : IFunctionsWorkerMiddleware
{
    public async Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        try
        {
            await next(context).ConfigureAwait(false);
        }
        catch (Exception) when (context.GetHttpContext() is { } http)
        {
            if (http.Response.HasStarted)
                http.Abort();
            else
                http.Response.StatusCode = StatusCodes.Status500InternalServerError;
            throw;
        }
    }
}
