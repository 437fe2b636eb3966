namespace Dragoman.Configuration;

/// <param name="RequestBytes">The largest request body.</param>
/// <param name="DownloadBytes">The largest linked medium that is fetched, and all of one request together.</param>
public sealed record LimitSettings(int RequestBytes, int DownloadBytes)
{
    /// <summary>How long requests may go on after the process was told to stop. Less than the 30 s after which container platforms kill.</summary>
    public TimeSpan Drain { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How long a stream may be silent before a keep-alive fills the silence.</summary>
    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a client may take nothing of what waits for it before its connection is cut.</summary>
    public TimeSpan StalledClient { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The most bytes that a provider's answer may have: of what it says in a stream, of its body else.</summary>
    public int AnswerBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>The least of <see cref="MemoryBytes"/> with which the gateway can do anything: 16 MiB.</summary>
    public const long LeastMemoryBytes = 16 * 1024 * 1024;

    /// <summary>The most of <see cref="MemoryBytes"/>: 1 TiB, more than any machine would give to this.</summary>
    public const long MostMemoryBytes = 1024L * 1024 * 1024 * 1024;

    /// <summary>Bytes that all requests together may take; null: as much as the process may have allows.</summary>
    public long? MemoryBytes { get; init; }

    /// <summary>How long the gateway may work on one request: reading, fitting and writing it, judging its answer; waiting does not count.</summary>
    public TimeSpan Work { get; init; } = TimeSpan.FromSeconds(10);

    public static readonly LimitSettings Default = new(32 * 1024 * 1024, 20 * 1024 * 1024);
}
