namespace Dragoman.Administration;

/// <summary>One of the things that the API manages.</summary>
internal interface IResource
{
    /// <param name="call">The call.</param>
    /// <param name="path">The path below the resource's own; empty for the resource itself.</param>
    /// <param name="rights">What the caller may do.</param>
    /// <param name="cancellation">Is canceled when the client leaves.</param>
    /// <exception cref="RefusedCall">The call is refused.</exception>
    Task<AdminAnswer> HandleAsync(AdminCall call, ReadOnlyMemory<string> path, Rights rights, CancellationToken cancellation);
}
