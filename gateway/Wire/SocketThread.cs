using System.Runtime.CompilerServices;

namespace Dragoman.Wire;

/// <summary>
/// The thread that hears of a socket's bytes deals with them at once; other streams wait for it meanwhile. Whatever is
/// large has to leave it first, and not only once: every await that really waits for a socket comes back on it.
/// </summary>
internal static class SocketThread
{
    /// <summary>
    /// Bytes of the largest body that may be dealt with on the thread. To read and translate so much takes 0.1 ms for most
    /// of what it can hold and 1.5 ms for the worst, small schemas; short chats are smaller.
    /// </summary>
    public const int LargestBody = 8 * 1024;

    /// <summary>Bytes that a loop reads on one thread before others have their turn, in a row without waiting.</summary>
    public const int LargestBurst = 64 * 1024;

    /// <summary>The environment variable that turns <see cref="AssertMayProcess"/> on where it is not by itself; its value is 1.</summary>
    public const string GuardVariable = "SOCKET_THREAD_GUARD";

    /// <summary>As the runtime calls it.</summary>
    private const string Name = ".NET Sockets";

    /// <summary>Whether <see cref="AssertMayProcess"/> looks. In debug builds it does.</summary>
    internal static bool IsGuarded { get; set; } =
#if DEBUG
        true;
#else
        Environment.GetEnvironmentVariable(GuardVariable) == "1";
#endif

    /// <summary>Goes on at a thread for large bodies if so much has to be dealt with.</summary>
    /// <remarks>
    /// To be awaited right before the work, by the method that does it: a method that has left is no help to its caller,
    /// which stays where it is when the other has ended before it is awaited. For the same reason this is no task.
    /// </remarks>
    public static LargeWorkAwaiter LeaveForAsync(long length) => new(length > LargestBody && !LargeWork.IsHere);

    /// <summary>
    /// Goes on in the thread pool if so much of a stream has to be dealt with, and if the current thread is one for large
    /// bodies, which a stream may not hold.
    /// </summary>
    public static ConfiguredTaskAwaitable LeaveForStreamAsync(long length) => Task.CompletedTask.ConfigureAwait(
        LargeWork.IsHere || (length > LargestBody && !Thread.CurrentThread.IsThreadPoolThread) ? ConfigureAwaitOptions.ForceYielding : ConfigureAwaitOptions.None);

    /// <summary>To be called before so much is dealt with.</summary>
    /// <exception cref="InvalidOperationException">It would hold up the socket thread: <see cref="LeaveForAsync"/> is missing.</exception>
    public static void AssertMayProcess(long length)
    {
        if (IsGuarded && length > LargestBody && Thread.CurrentThread is { IsThreadPoolThread: false, Name: Name })
            throw new InvalidOperationException($"{length} bytes would be dealt with on the socket thread, and all streams would wait for it; call {nameof(LeaveForAsync)} first");
    }
}
