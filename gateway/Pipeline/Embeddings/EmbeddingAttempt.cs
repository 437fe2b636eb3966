using Dragoman.Access;
using Dragoman.Catalog;
using Dragoman.Configuration;
using Dragoman.Conversation;
using Dragoman.Telemetry;

namespace Dragoman.Pipeline.Embeddings;

/// <summary>Steps 6 to 8 of an embedding request, at one target after the other.</summary>
/// <param name="exchange">The exchange that makes the request.</param>
/// <param name="request">The texts.</param>
/// <param name="model">The model that has the targets.</param>
internal sealed class EmbeddingAttempt(Exchange exchange, EmbeddingRequest request, PublishedModel model) : ITried
{
    private readonly Targets targets = new(exchange, model);
    private readonly RequestCost cost = new(exchange, model.Name);

    /// <summary>The target that was tried last.</summary>
    public Target Target => targets.Current;

    /// <summary>What was used at each target.</summary>
    public List<TargetUse> Uses { get; } = [];

    /// <summary>The parts of the request that could not be carried over to <see cref="Target"/>.</summary>
    public LossReport Losses { get; private set; } = new();

    /// <summary>The vectors; null until a target returned them.</summary>
    public EmbeddingAnswer? Answer { get; private set; }

    /// <inheritdoc/>
    public bool HasBegun => false;

    /// <inheritdoc/>
    public Task TryAsync() => exchange.Observed is null ? TryOnceAsync() : TryObservedAsync();

    private async Task TryObservedAsync()
    {
        var provider = exchange.Snapshot.ProviderOf(Target);
        var observed = exchange.Observed!.Call = new ModelCall("embeddings", provider.Settings, provider.Address, LoggedText.Cut(Target.Model), isStream: false, exchange.Elapsed);
        GatewayError? error = null;
        try
        {
            await TryOnceAsync().ConfigureAwait(false);
        }
        catch (GatewayException failure)
        {
            error = failure.Error;
            throw;
        }
        finally
        {
            observed.End(exchange.Elapsed, firstAfter: null, Uses.Count > 0 ? Uses[^1].Usage : Usage.Absent, error?.Kind, exchange.ClientLeft && Answer is null);
        }
    }

    private async Task TryOnceAsync()
    {
        var batch = new EmbeddingBatch(exchange, Target, request, model.Metadata.ContextLength);
        try
        {
            Answer = await batch.RunAsync().ConfigureAwait(false);
        }
        finally
        {
            // What a target embedded before it failed was used.
            if (Uses.Count > 0)
                cost.Add(Uses[^1]);
            Uses.Add(new(Target, batch.Usage));
            Losses = batch.Losses;
        }
    }

    /// <summary>Tells what all targets cost.</summary>
    public void WriteCost() => cost.WriteHeaders(Uses[^1]);

    /// <inheritdoc/>
    public ValueTask<bool> TryCureAsync(SecondTry row, GatewayError failure) => new(targets.TryNext(failure));
}
