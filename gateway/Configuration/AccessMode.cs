namespace Dragoman.Configuration;

public enum AccessMode
{
    /// <summary>No key is asked; loopback only, unless the operator insists.</summary>
    Open,
}
