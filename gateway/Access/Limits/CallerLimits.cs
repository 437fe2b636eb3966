#pragma warning disable
namespace Dragoman.Access.Limits;

public sealed class CallerLimits : IAsyncDisposable
{
    public ValueTask<Admission> AdmitAsync(Caller caller, CancellationToken cancellation) => new(Admission.Unlimited);
    public ValueTask DisposeAsync() => default;
}
