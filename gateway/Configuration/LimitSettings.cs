namespace Dragoman.Configuration;

/// <param name="RequestBytes">The largest request body, in bytes.</param>
/// <param name="DownloadBytes">The most bytes that are downloaded for one request: a single linked medium, or all of them together.</param>
public sealed record LimitSettings(int RequestBytes, int DownloadBytes)
{
    /// <summary>How long requests may continue after the stop signal. Less than the 30 s after which container platforms kill the process.</summary>
    public TimeSpan Drain { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How long a stream may be silent before a keep-alive is sent.</summary>
    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a client may read nothing of the data that waits for it before its connection is closed.</summary>
    public TimeSpan StalledClient { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The largest answer of a provider, in bytes: in a stream its generated content, else its body.</summary>
    public int AnswerBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>The least value of <see cref="MemoryBytes"/> with which the gateway can work: 16 MiB.</summary>
    public const long LeastMemoryBytes = 16 * 1024 * 1024;

    /// <summary>The greatest value of <see cref="MemoryBytes"/>: 1 TiB, more than any machine would give to this process.</summary>
    public const long MostMemoryBytes = 1024L * 1024 * 1024 * 1024;

    /// <summary>The bytes that all requests together may take; null to derive it from the memory that the process may use.</summary>
    public long? MemoryBytes { get; init; }

    /// <summary>How long the gateway may work on one request: reading, adapting and writing it and checking its answer. Waiting does not count.</summary>
    public TimeSpan Work { get; init; } = TimeSpan.FromSeconds(10);

    public static readonly LimitSettings Default = new(32 * 1024 * 1024, 20 * 1024 * 1024);
}
