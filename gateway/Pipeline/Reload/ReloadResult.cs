namespace Dragoman.Pipeline.Reload;

/// <summary>What a reload has done.</summary>
/// <param name="Changes">The pointers of what has changed.</param>
/// <param name="NeedsRestart">The pointers of what the process runs on with as before, because only a restart changes it.</param>
/// <param name="Mistakes">Why nothing was adopted, a line for each mistake; empty if it was.</param>
public sealed record ReloadResult(IReadOnlyList<string> Changes, IReadOnlyList<string> NeedsRestart, IReadOnlyList<string> Mistakes)
{
    /// <summary>What the operator should know of the adopted configuration and was not told of the one before, such as a key that it contains.</summary>
    public IReadOnlyList<string> Notices { get; init; } = [];

    /// <summary>How long it took.</summary>
    public TimeSpan Duration { get; init; }
}
