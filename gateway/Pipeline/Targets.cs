using Dragoman.Catalog;
using Dragoman.Configuration;
using Dragoman.Conversation;
using Dragoman.Pipeline.Memory;

namespace Dragoman.Pipeline;

/// <summary>A published model's targets, one after the other until one answers.</summary>
/// <param name="exchange">Whose request it is.</param>
/// <param name="model">Whose targets they are.</param>
/// <param name="run">Tries one.</param>
/// <param name="hasBegun">Whether some of the answer has gone to the client; null: nothing goes there before the end.</param>
internal sealed class Targets(Exchange exchange, PublishedModel model, Func<Target, Task> run, Func<bool>? hasBegun = null)
{
    private int index;

    /// <exception cref="GatewayException">No target could answer.</exception>
    public Task RunAsync() => SecondTries.RunAsync(exchange, SecondTry.OfRequest, () => run(model.Targets[index]), (_, failure) => new(TryNext(failure)), hasBegun);

    /// <summary>A request without room in this process has none for another target either, and a process that ends calls no target.</summary>
    private bool TryNext(GatewayError failure)
    {
        if (!failure.IsRetryable || failure == MemoryBudget.Full || exchange.Ending.IsCancellationRequested || index == model.Targets.Count - 1)
            return false;
        SettlementLog.WriteFallback(exchange, model.Targets[index], model.Targets[index + 1], failure);
        index++;
        return true;
    }
}
