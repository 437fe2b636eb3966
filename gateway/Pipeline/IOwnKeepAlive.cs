namespace Dragoman.Pipeline;

/// <summary>A feature of a request whose connection keeps itself alive, so that the dialect's keep-alives are not wanted.</summary>
internal interface IOwnKeepAlive;
