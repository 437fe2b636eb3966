namespace Dragoman.Endpoints;

/// <summary>What a route asks of whoever calls it.</summary>
public enum RouteAccess
{
    /// <summary>A caller with a team, whose limits the request counts against.</summary>
    Caller,

    /// <summary>A caller, with or without a team.</summary>
    AnyCaller,

    /// <summary>A caller; the endpoint itself checks what the caller may administrate.</summary>
    Administration,

    /// <summary>The endpoint itself asks for a credential, because a handshake without one comes first.</summary>
    AfterHandshake,

    /// <summary>Nothing. A test lists these routes with the reason for each.</summary>
    Nobody,
}
