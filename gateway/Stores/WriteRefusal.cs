namespace Dragoman.Stores;

/// <summary>Why a write was not applied.</summary>
public enum WriteRefusal
{
    /// <summary>A document did not meet its condition.</summary>
    Condition,

    /// <summary>A document would change its owner. It keeps its owner until it is deleted.</summary>
    Owner,
}
