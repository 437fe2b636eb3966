namespace Dragoman.Gateway.Tests.Stores.Ledger;

/// <summary>What happens to a call of <see cref="SimulatedLedger"/>.</summary>
public enum LedgerFault
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The store does not get it.</summary>
    Lost,

    /// <summary>The store has applied it, and its answer is lost.</summary>
    AnswerLost,
}
