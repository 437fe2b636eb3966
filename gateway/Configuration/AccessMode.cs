namespace Dragoman.Configuration;

/// <summary>Which credentials admit a client.</summary>
[Flags]
public enum AccessMode
{
    /// <summary>Clients need none. Only loopback addresses, unless the operator allows more.</summary>
    Open = 0,

    /// <summary>A key of a team.</summary>
    Keys = 1,

    /// <summary>A token of a configured issuer.</summary>
    Jwt = 2,

    /// <summary>One of the two.</summary>
    Both = Keys | Jwt,
}
