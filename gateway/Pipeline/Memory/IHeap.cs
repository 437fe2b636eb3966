namespace Dragoman.Pipeline.Memory;

/// <summary>The garbage collected heap, as <see cref="HeapReclaim"/> needs it.</summary>
internal interface IHeap
{
    /// <summary>Bytes that the last collection left free and that the process keeps for later allocations.</summary>
    long Unused { get; }

    /// <summary>Collects all of it; stops the threads meanwhile, and leaves more of it in usable pieces than the other way.</summary>
    void Collect();

    /// <summary>Collects all of it while the threads go on; completes when that is done.</summary>
    Task CollectInBackgroundAsync();

    /// <summary>Collects all of it and gives what is free back to the system; stops the threads for longer.</summary>
    void GiveBack();
}
