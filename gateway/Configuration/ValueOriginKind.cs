namespace Dragoman.Configuration;

/// <summary>What a value of the configuration comes from.</summary>
public enum ValueOriginKind
{
    /// <summary>Nobody has given it.</summary>
    Default,

    File,
    Variable,
}
