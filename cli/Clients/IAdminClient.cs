using Dragoman.Administration;

namespace Dragoman.Cli.Clients;

/// <summary>Where calls to the administration go: to the store itself, or to a gateway.</summary>
internal interface IAdminClient : IAsyncDisposable
{
    /// <summary>Answers a call. Errors of the API are answers too.</summary>
    /// <exception cref="CliFailure">There is no answer.</exception>
    Task<AdminAnswer> SendAsync(AdminCall call, CancellationToken cancellation);
}
