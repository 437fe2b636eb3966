namespace Dragoman.Pipeline;

/// <summary>
/// A feature of a request whose connection keeps itself alive, as a WebSocket does with pings: the dialect's own signs of
/// life, which would be messages there, are left out.
/// </summary>
internal interface IOwnKeepAlive;
