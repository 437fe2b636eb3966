namespace Dragoman.Configuration;

/// <summary>Which addresses the gateway fetches for its clients.</summary>
public enum DownloadPolicy
{
    /// <summary>Those of the open internet.</summary>
    Public,

    /// <summary>Private and local ones too.</summary>
    Any,
    None,
}
