namespace Dragoman.Endpoints;

/// <summary>Which process nginx sends a route's requests to when both are there (architecture.md 3).</summary>
public enum Home
{
    Functions,
    Sidecar,
}
