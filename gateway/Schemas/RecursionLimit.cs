namespace Dragoman.Schemas;

/// <summary>The places where a provider allows a schema to refer to itself.</summary>
internal enum RecursionLimit
{
    Anywhere,

    /// <summary>Only through properties that are not required.</summary>
    Optional,
    None,
}
