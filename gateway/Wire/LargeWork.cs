using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace Dragoman.Wire;

/// <summary>
/// The threads on which large bodies are dealt with, as many as there are cores. They are none of the thread pool's, in
/// which new connections and long streams would wait behind the bodies.
/// </summary>
internal static class LargeWork
{
    /// <summary>For logs and debuggers; Linux cuts it at 15 letters.</summary>
    private const string Name = "large bodies";

    private static readonly BlockingCollection<Action> Waiting = Start();

    [ThreadStatic]
    private static bool isHere;

    /// <summary>Whether the current thread is one of these.</summary>
    public static bool IsHere => isHere;

    public static void Queue(Action work) => Waiting.Add(work);

    private static BlockingCollection<Action> Start()
    {
        var waiting = new BlockingCollection<Action>();
        for (var count = 0; count < Environment.ProcessorCount; count++)
            new Thread(() => Run(waiting)) { Name = Name, IsBackground = true }.UnsafeStart();
        return waiting;
    }

    private static void Run(BlockingCollection<Action> waiting)
    {
        isHere = true;
        while (true)
            RunNext(waiting);
    }

    /// <summary>A method of its own, so that a thread that waits does not hold what it did last: a request with its body.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void RunNext(BlockingCollection<Action> waiting) => waiting.Take()();
}

/// <summary>Awaited, goes on at once or on one of the threads for large bodies.</summary>
/// <param name="leaves">Whether the current thread is left.</param>
internal readonly struct LargeWorkAwaiter(bool leaves) : ICriticalNotifyCompletion
{
    public bool IsCompleted => !leaves;

    public LargeWorkAwaiter GetAwaiter() => this;

    public void GetResult()
    {
    }

    public void OnCompleted(Action continuation)
    {
        var context = ExecutionContext.Capture();
        LargeWork.Queue(context is null ? continuation : () => ExecutionContext.Run(context, _ => continuation(), null));
    }

    public void UnsafeOnCompleted(Action continuation) => LargeWork.Queue(continuation);
}
