using System.Net;

namespace Dragoman.Configuration;

/// <summary>Clients that cannot send a credential, such as Ollama's command line.</summary>
/// <param name="Team">The team that they belong to.</param>
/// <param name="Networks">The networks that they come from.</param>
public sealed record KeylessAccess(string Team, IReadOnlyList<IPNetwork> Networks);
