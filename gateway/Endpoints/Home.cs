namespace Dragoman.Endpoints;

/// <summary>The process to which nginx sends a route's requests when both processes run (architecture.md 3).</summary>
public enum Home
{
    Functions,
    Sidecar,
}
