#pragma warning disable
namespace Dragoman.Access.Limits;

public sealed class CallerLimits(Dragoman.Stores.IDocumentStore? store, Dragoman.Configuration.WaitingRoomSettings waiting, TimeProvider clock, Microsoft.Extensions.Logging.ILogger logger) : IAsyncDisposable
{
    public ValueTask<Admission> AdmitAsync(Caller caller, CancellationToken cancellation) => new(Admission.Unlimited);
    public ValueTask DisposeAsync() => default;
}
