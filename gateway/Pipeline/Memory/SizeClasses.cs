namespace Dragoman.Pipeline.Memory;

internal static class SizeClasses
{
    public const int Count = 3;

    private const int MostSmall = 64 * 1024;
    private const int MostMedium = 1024 * 1024;

    /// <param name="bytes">The length of the request's body, in bytes.</param>
    public static SizeClass Of(long bytes) => bytes <= MostSmall ? SizeClass.Small : bytes <= MostMedium ? SizeClass.Medium : SizeClass.Large;
}
