using System.Collections.Concurrent;
using System.Text.Json;
using System.Threading.Channels;
using Dragoman.FunctionsHost.Protocol;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace Dragoman.FunctionsHost;

/// <summary>The conversation with one worker on its stream.</summary>
/// <param name="lines">Receives the worker's log.</param>
internal sealed class WorkerChannel(ConcurrentQueue<string> lines)
{
    private const string Version = "4.1041.0";

    private readonly Channel<Envelope> outgoing = Channel.CreateUnbounded<Envelope>();
    private readonly ConcurrentDictionary<string, TaskCompletionSource<Envelope>> answers = new();
    private readonly ConcurrentDictionary<string, TaskCompletionSource<Outcome>> invocations = new();
    private readonly TaskCompletionSource connected = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when the worker has opened its stream.</summary>
    public Task Connected => connected.Task;

    /// <summary>Reads and writes until the worker closes the stream or is gone.</summary>
    public async Task RunAsync(IAsyncStreamReader<Envelope> incoming, IServerStreamWriter<Envelope> writer, CancellationToken cancellation)
    {
        connected.TrySetResult();
        var writing = WriteAsync(writer, cancellation);
        try
        {
            while (await incoming.MoveNext(cancellation).ConfigureAwait(false))
                Receive(incoming.Current);
        }
        catch (Exception error) when (error is IOException or OperationCanceledException or InvalidOperationException)
        {
            // A worker that is killed ends its stream so.
        }
        finally
        {
            Close();
            await writing.ConfigureAwait(false);
        }
    }

    /// <summary>Ends all that waits for the worker.</summary>
    public void Close()
    {
        outgoing.Writer.TryComplete();
        foreach (var answer in answers.Values)
            answer.TrySetException(new InvalidOperationException("the worker is gone"));
        foreach (var invocation in invocations.Values)
            invocation.TrySetResult(new Outcome { Status = Outcome.Types.Status.Failure, Exception = new Failure { Message = "the worker is gone" } });
    }

    /// <summary>Tells the worker who the host is.</summary>
    /// <returns>The address that takes the requests.</returns>
    public async Task<Uri> InitializeAsync(string directory)
    {
        var answer = await AskAsync(new Envelope { Initialize = new Initialize { HostVersion = Version, WorkerDirectory = directory } }).ConfigureAwait(false);
        Require(answer.Initialized.Result, "the worker's start");
        return new Uri(answer.Initialized.Capabilities["HttpUri"]);
    }

    /// <summary>Asks for the functions and loads them.</summary>
    public async Task<IReadOnlyList<FunctionRoute>> LoadAsync(string directory)
    {
        var answer = await AskAsync(new Envelope { ListFunctions = new ListFunctions { AppDirectory = directory } }).ConfigureAwait(false);
        Require(answer.FunctionList.Result, "the list of functions");
        var functions = answer.FunctionList.Functions;
        foreach (var function in functions)
        {
            foreach (var raw in function.RawBindings)
            {
                using var binding = JsonDocument.Parse(raw);
                function.Bindings[binding.RootElement.GetProperty("name").GetString()!] = new Binding
                {
                    Type = binding.RootElement.GetProperty("type").GetString(),
                    Direction = "in".Equals(binding.RootElement.GetProperty("direction").GetString(), StringComparison.OrdinalIgnoreCase) ? Binding.Types.Direction.In : Binding.Types.Direction.Out,
                };
            }

            if (function.Id.Length == 0)
                function.Id = Guid.NewGuid().ToString();
            var loaded = await AskAsync(new Envelope { LoadFunction = new LoadFunction { FunctionId = function.Id, Function = function } }).ConfigureAwait(false);
            Require(loaded.FunctionLoaded.Result, $"function {function.Name}");
        }

        return [.. functions.Select(function => FunctionRoute.Of(function.Name, function.Id, function.RawBindings))];
    }

    /// <summary>Tells the worker of a request, which it pairs with the HTTP request of the same id.</summary>
    /// <returns>The end of the function: null for success, else what went wrong.</returns>
    public async Task<string?> InvokeAsync(string invocation, string function)
    {
        var end = new TaskCompletionSource<Outcome>(TaskCreationOptions.RunContinuationsAsynchronously);
        invocations[invocation] = end;
        if (!outgoing.Writer.TryWrite(new Envelope { RequestId = invocation, Invocation = new Invocation { InvocationId = invocation, FunctionId = function, TraceContext = new TraceContext() } }))
            return "the worker is gone";
        var outcome = await end.Task.ConfigureAwait(false);
        return outcome.Status == Outcome.Types.Status.Success ? null : $"{outcome.Status}: {outcome.Exception?.Message}";
    }

    /// <summary>Tells the worker that the client has left.</summary>
    public void Cancel(string invocation) => outgoing.Writer.TryWrite(new Envelope { CancelInvocation = new CancelInvocation { InvocationId = invocation } });

    /// <summary>Tells the worker to end.</summary>
    public void Terminate(TimeSpan grace) => outgoing.Writer.TryWrite(new Envelope { Terminate = new Terminate { GracePeriod = Duration.FromTimeSpan(grace) } });

    private async Task<Envelope> AskAsync(Envelope question)
    {
        question.RequestId = Guid.NewGuid().ToString();
        var answer = new TaskCompletionSource<Envelope>(TaskCreationOptions.RunContinuationsAsynchronously);
        answers[question.RequestId] = answer;
        if (!outgoing.Writer.TryWrite(question))
            throw new InvalidOperationException("the worker is gone");
        return await answer.Task.ConfigureAwait(false);
    }

    private void Receive(Envelope message)
    {
        switch (message.ContentCase)
        {
            case Envelope.ContentOneofCase.Log:
                lines.Enqueue($"{message.Log.Category}: {message.Log.Message} {message.Log.Exception?.Message}".TrimEnd());
                break;
            case Envelope.ContentOneofCase.InvocationEnd:
                if (invocations.TryRemove(message.InvocationEnd.InvocationId, out var invocation))
                    invocation.TrySetResult(message.InvocationEnd.Result);
                break;
            default:
                if (answers.TryRemove(message.RequestId, out var answer))
                    answer.TrySetResult(message);
                break;
        }
    }

    private async Task WriteAsync(IServerStreamWriter<Envelope> writer, CancellationToken cancellation)
    {
        try
        {
            await foreach (var message in outgoing.Reader.ReadAllAsync(cancellation).ConfigureAwait(false))
                await writer.WriteAsync(message, cancellation).ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or OperationCanceledException or InvalidOperationException or RpcException)
        {
            // A worker that is killed ends its stream so.
        }
    }

    private static void Require(Outcome outcome, string what)
    {
        if (outcome.Status != Outcome.Types.Status.Success)
            throw new InvalidOperationException($"{what}: {outcome.Status} {outcome.Exception?.Message}");
    }
}
