namespace Dragoman.Configuration;

public enum AccessMode
{
    /// <summary>Clients need no key. Only loopback addresses, unless the operator allows more.</summary>
    Open,
}
