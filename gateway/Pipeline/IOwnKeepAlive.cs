namespace Dragoman.Pipeline;

/// <summary>A feature of a request whose connection sends its own keep-alives, so that the dialect's must not be sent.</summary>
internal interface IOwnKeepAlive;
