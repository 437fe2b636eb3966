using System.Globalization;

namespace Dragoman.Endpoints;

/// <summary>
/// How many files and connections this process may have open, and what that is enough for. The runtime has raised the
/// soft limit to the hard one by itself before any of our code runs, so that only the hard one is left to the operator.
/// </summary>
public static class OpenFiles
{
    /// <summary>What Dragoman is measured with (docs/limits.md); less is told of at the start.</summary>
    public const int StreamsAtOnce = 10_000;

    /// <summary>Assemblies, timers, logs, the listener, and room for requests that are no streams.</summary>
    private const int OwnFiles = 200;

    /// <summary>How many streams share one connection to a provider over HTTP/2, as most of them set it.</summary>
    private const int StreamsOfConnection = 100;

    /// <summary>What the operator should know; null when the limit is high enough, or where there is no <c>/proc</c>.</summary>
    public static string? Notice() => Limit() is { } limit ? NoticeOf(limit) : null;

    /// <param name="limit">Descriptors that the process may have open.</param>
    internal static string? NoticeOf(long limit)
    {
        var free = Math.Max(0, limit - OwnFiles);
        var streams = free * StreamsOfConnection / (StreamsOfConnection + 1);
        if (streams >= StreamsAtOnce)
            return null;
        return string.Create(CultureInfo.InvariantCulture,
            $"this process may open {limit} files, enough for about {streams} streams at once with providers over HTTP/2, {free / 2} over HTTP/1.1; raise it with ulimit -Hn, LimitNOFILE= in a systemd unit, or --ulimit nofile= of a container");
    }

    private static long? Limit()
    {
        try
        {
            return Parse(File.ReadLines("/proc/self/limits"));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The soft limit; null when there is none, or no line of it.</summary>
    internal static long? Parse(IEnumerable<string> limits)
    {
        const string name = "Max open files";
        var line = limits.FirstOrDefault(each => each.StartsWith(name, StringComparison.Ordinal));
        var soft = line?[name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault();
        return long.TryParse(soft, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) ? limit : null;
    }
}
