namespace Dragoman.Schemas;

/// <summary>Where a schema may refer to itself.</summary>
internal enum RecursionLimit
{
    Anywhere,

    /// <summary>Through properties that are not required.</summary>
    Optional,
    None,
}
