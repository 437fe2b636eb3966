namespace Dragoman.Pipeline;

/// <summary>How large a request is. The larger it is, the more of the memory budget it leaves to the smaller ones.</summary>
internal enum SizeClass
{
    /// <summary>Up to 64 KiB.</summary>
    Small,

    /// <summary>Up to 1 MiB, as most conversations of agents are.</summary>
    Medium,
    Large,
}

internal static class SizeClasses
{
    public const int Count = 3;

    private const int MostSmall = 64 * 1024;
    private const int MostMedium = 1024 * 1024;

    /// <param name="bytes">Of the request's body.</param>
    public static SizeClass Of(long bytes) => bytes <= MostSmall ? SizeClass.Small : bytes <= MostMedium ? SizeClass.Medium : SizeClass.Large;
}
