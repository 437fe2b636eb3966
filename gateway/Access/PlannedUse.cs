using Dragoman.Configuration;

namespace Dragoman.Access;

/// <summary>What a request is about to use.</summary>
/// <param name="RequestId">The id of the request, as its client is told.</param>
/// <param name="Dialect">The API that the client speaks.</param>
/// <param name="Model">The published name of the model.</param>
/// <param name="Targets">The models behind the name, in the order in which they are tried.</param>
/// <param name="Bound">The most that the request may use.</param>
public sealed record PlannedUse(string RequestId, string Dialect, string Model, IReadOnlyList<Target> Targets, UpperBound Bound);
