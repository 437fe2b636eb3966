using Dragoman.Catalog;
using Dragoman.Configuration;
using Dragoman.Conversation;
using Dragoman.Pipeline.Memory;

namespace Dragoman.Pipeline;

/// <summary>A published model's targets in their order, and the one that is tried.</summary>
/// <param name="exchange">The exchange that makes the request.</param>
/// <param name="model">The model that has the targets.</param>
internal sealed class Targets(Exchange exchange, PublishedModel model)
{
    private int index;

    /// <summary>The target that is tried, or was tried last.</summary>
    public Target Current => model.Targets[index];

    /// <summary>Moves to the next target after a failure, as <see cref="SecondTry.NextTarget"/> says; false when it does not apply.</summary>
    public bool TryNext(GatewayError failure)
    {
        // A credential and an account are those of one target. If this process has no memory or is ending, another target does not help.
        var isOfTarget = failure.IsRetryable || failure.Kind is ErrorKind.UpstreamRefusedKey or ErrorKind.QuotaExceeded;
        if (!isOfTarget || failure == MemoryBudget.Full || exchange.Ending.IsCancellationRequested || index == model.Targets.Count - 1)
            return false;
        SettlementLog.WriteFallback(exchange, model.Targets[index], model.Targets[index + 1], failure);
        index++;
        return true;
    }
}
