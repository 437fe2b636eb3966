namespace Dragoman.Configuration;

/// <summary>From which addresses the gateway downloads media for its clients.</summary>
public enum DownloadPolicy
{
    /// <summary>Addresses of the open internet.</summary>
    Public,

    /// <summary>Private and local addresses too.</summary>
    Any,
    None,
}
