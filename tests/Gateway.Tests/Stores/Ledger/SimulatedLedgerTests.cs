using Dragoman.Stores;
using Dragoman.Stores.Ledger;

namespace Dragoman.Gateway.Tests.Stores.Ledger;

/// <summary>The model keeps the contract too.</summary>
public sealed class SimulatedLedgerTests : LedgerStoreTests, IDisposable
{
    private readonly SimulatedLedger ledger = new();

    public void Dispose() => ledger.DisposeAsync().AsTask().GetAwaiter().GetResult();

    [Fact]
    public async Task A_batch_whose_answer_is_lost_is_applied()
    {
        ledger.Fault = () => LedgerFault.AnswerLost;
        await Assert.ThrowsAsync<StoreUnavailableException>(() => ledger.ExchangeAsync(Batch("p", 1, 3, 10)));
        ledger.Fault = () => LedgerFault.Lost;
        await Assert.ThrowsAsync<StoreUnavailableException>(() => ledger.ExchangeAsync(Batch("p", 2, 3, 10)));
        ledger.Fault = null;
        AssertAnswer(10, (100, 10, 3, 0, 0), await ledger.ExchangeAsync(Batch("p", 1, 3, 10)));
        Assert.Equal(2, ledger.Batches);
    }

    private protected override int Runs => 200;

    private protected override ILedgerStore Open() => ledger;
}
