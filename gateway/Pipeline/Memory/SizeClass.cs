namespace Dragoman.Pipeline.Memory;

/// <summary>How large a request is. The larger it is, the more of the memory budget it leaves to the smaller ones.</summary>
internal enum SizeClass
{
    /// <summary>Up to 64 KiB.</summary>
    Small,

    /// <summary>Up to 1 MiB, which covers most conversations of agents.</summary>
    Medium,
    Large,
}
