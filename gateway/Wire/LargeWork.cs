using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace Dragoman.Wire;

/// <summary>
/// The threads that process large bodies, as many as there are cores. They are not taken from the thread pool, where new
/// connections and long streams would wait behind the bodies.
/// </summary>
internal static class LargeWork
{
    /// <summary>Shown in logs and debuggers; Linux cuts it off after 15 letters.</summary>
    private const string Name = "large bodies";

    private static readonly BlockingCollection<Action> Waiting = Start();

    [ThreadStatic]
    private static bool isHere;

    /// <summary>Whether the current thread is one of these threads.</summary>
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

    /// <summary>A separate method, so that a waiting thread does not keep its last work item alive: a request with its body.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void RunNext(BlockingCollection<Action> waiting) => waiting.Take()();
}

/// <summary>An awaiter that continues at once or on one of the threads for large bodies.</summary>
/// <param name="leaves">Whether to leave the current thread.</param>
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
