namespace Dragoman.FunctionsHost;

/// <summary>A worker ended before it was ready.</summary>
/// <param name="exitCode">Its exit code.</param>
/// <param name="lines">Its output.</param>
public sealed class WorkerEndedException(int exitCode, IEnumerable<string> lines)
    : Exception($"the worker ended with {exitCode} before it was ready:\n{string.Join('\n', lines)}")
{
    public int ExitCode { get; } = exitCode;
}
