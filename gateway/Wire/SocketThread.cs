using System.Runtime.CompilerServices;

namespace Dragoman.Wire;

/// <summary>
/// The thread that is notified of a socket's bytes also processes them, and other streams wait meanwhile. Large work has
/// to leave this thread first, and more than once: every await that really waits for a socket continues on it.
/// </summary>
internal static class SocketThread
{
    /// <summary>
    /// The largest body, in bytes, that may be processed on the socket thread. Reading and translating so much takes 0.1 ms for
    /// most content and 1.5 ms for the worst, many small schemas. Short chats are smaller.
    /// </summary>
    public const int LargestBody = 8 * 1024;

    /// <summary>Bytes that a loop may read on one thread without waiting, before it yields to others.</summary>
    public const int LargestBurst = 64 * 1024;

    /// <summary>The environment variable that turns <see cref="AssertMayProcess"/> on in release builds; its value must be 1.</summary>
    public const string GuardVariable = "SOCKET_THREAD_GUARD";

    /// <summary>The runtime's name for the socket thread.</summary>
    private const string Name = ".NET Sockets";

    /// <summary>Whether <see cref="AssertMayProcess"/> checks; in debug builds it always does.</summary>
    internal static bool IsGuarded { get; set; } =
#if DEBUG
        true;
#else
        Environment.GetEnvironmentVariable(GuardVariable) == "1";
#endif

    /// <summary>Continues on a thread for large bodies when <paramref name="length"/> bytes are too many for the socket thread.</summary>
    /// <remarks>
    /// Await it right before the work, in the method that does the work. A method that left the thread does not take its caller
    /// along: a caller that awaits a method which has already ended stays on its own thread. For the same reason this is no task.
    /// </remarks>
    public static LargeWorkAwaiter LeaveForAsync(long length) => new(length > LargestBody && !LargeWork.IsHere);

    /// <summary>
    /// Continues in the thread pool when so many bytes of a stream are too many for the socket thread, or when the current
    /// thread is one for large bodies, which a stream must not occupy.
    /// </summary>
    public static ConfiguredTaskAwaitable LeaveForStreamAsync(long length) => Task.CompletedTask.ConfigureAwait(
        LargeWork.IsHere || (length > LargestBody && !Thread.CurrentThread.IsThreadPoolThread) ? ConfigureAwaitOptions.ForceYielding : ConfigureAwaitOptions.None);

    /// <summary>Call it before <paramref name="length"/> bytes are processed.</summary>
    /// <exception cref="InvalidOperationException">The work would block the socket thread: <see cref="LeaveForAsync"/> is missing.</exception>
    public static void AssertMayProcess(long length)
    {
        if (IsGuarded && length > LargestBody && Thread.CurrentThread is { IsThreadPoolThread: false, Name: Name })
            throw new InvalidOperationException($"{length} bytes would be processed on the socket thread, and all streams would wait for it; call {nameof(LeaveForAsync)} first");
    }
}
