using Dragoman.Catalog;
using Dragoman.Configuration;
using Dragoman.Conversation;
using Dragoman.Pipeline.Memory;

namespace Dragoman.Pipeline;

/// <summary>Tries a published model's targets one after the other until one answers.</summary>
/// <param name="exchange">The exchange that makes the request.</param>
/// <param name="model">The model whose targets are tried.</param>
/// <param name="run">Tries one target.</param>
/// <param name="hasBegun">Whether part of the answer was sent to the client; null when nothing is sent before the end.</param>
internal sealed class Targets(Exchange exchange, PublishedModel model, Func<Target, Task> run, Func<bool>? hasBegun = null)
{
    private int index;

    /// <exception cref="GatewayException">No target could answer.</exception>
    public Task RunAsync() => SecondTries.RunAsync(exchange, SecondTry.OfRequest, () => run(model.Targets[index]), (_, failure) => new(TryNext(failure)), hasBegun);

    /// <summary>Moves to the next target; false when there is none, when this process lacks memory for the request, or when it is ending.</summary>
    private bool TryNext(GatewayError failure)
    {
        if (!failure.IsRetryable || failure == MemoryBudget.Full || exchange.Ending.IsCancellationRequested || index == model.Targets.Count - 1)
            return false;
        SettlementLog.WriteFallback(exchange, model.Targets[index], model.Targets[index + 1], failure);
        index++;
        return true;
    }
}
