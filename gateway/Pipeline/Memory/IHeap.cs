namespace Dragoman.Pipeline.Memory;

/// <summary>The garbage collected heap, as <see cref="HeapReclaim"/> needs it.</summary>
internal interface IHeap
{
    /// <summary>Bytes that the last collection left free and that the process keeps for later allocations.</summary>
    long Unused { get; }

    /// <summary>Collects the whole heap with all threads stopped; leaves larger free areas than <see cref="CollectInBackgroundAsync"/>.</summary>
    void Collect();

    /// <summary>Collects the whole heap while the threads run; completes when the collection is done.</summary>
    Task CollectInBackgroundAsync();

    /// <summary>Collects the whole heap and returns the free memory to the system; stops the threads longer than <see cref="Collect"/>.</summary>
    void GiveBack();
}
