using System.Globalization;
using Dragoman.Conversation;
using Dragoman.Locales;
using Dragoman.Wire;

namespace Dragoman.Pipeline.Memory;

/// <summary>
/// The memory that all requests of all clients may take together. A large request takes memory here first, and is rejected
/// when too much is in use, so that neither the process nor its container runs out of memory (docs/limits.md).
/// </summary>
/// <remarks>
/// The budget has parts that never borrow from each other. A request moves from one part to the next, and no request that
/// holds memory of a later part waits for more of an earlier one, so requests cannot deadlock.
/// </remarks>
public sealed class MemoryBudget : IDisposable
{
    /// <summary>Bodies up to this size, in bytes, are not counted; there are no more of them than connections.</summary>
    public const int Uncounted = 16 * 1024;

    /// <summary>The budget, in bytes, of a machine with plenty of memory.</summary>
    public const long Default = 384L * 1024 * 1024;

    /// <summary>How long a request may wait for memory. Waiting costs nothing, and a single large request takes about half a second.</summary>
    internal static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(20);

    /// <summary>See <see cref="CostOf"/>: 1 as received, 2 as UTF-16, 1 as sent, and 1 that the parser always takes for its rows.</summary>
    private const int TimesBody = 5;

    /// <summary>A parser row takes 12 bytes, and twice that while its table grows; the rest is a short text or a small list, as measured.</summary>
    private const int BytesPerValue = 96;

    /// <summary>The wait after which a retry is useful.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    /// <param name="capacity">The size of the budget, in bytes.</param>
    /// <param name="clock">Measures the waits.</param>
    /// <param name="running">Returns the number of running requests, which a long pause would delay.</param>
    /// <param name="heap">The heap of the process.</param>
    internal MemoryBudget(long capacity, TimeProvider clock, Func<int> running, IHeap heap)
    {
        Capacity = capacity;
        Incoming = new MemoryShare(capacity / 4, clock);
        Kept = new MemoryShare(capacity / 8, clock);
        Working = new MemoryShare(capacity - Incoming.Capacity - Kept.Capacity, clock);
        Heap = new HeapReclaim(this, clock, running, heap);
    }

    /// <summary>The error of a request for which there is no memory now.</summary>
    public static GatewayError Full { get; } =
        new(ErrorKind.Overloaded, GatewayText.Full) { Code = "gateway_overloaded", RetryAfter = Pause };

    /// <summary>Creates the refusal of a request for which there is no memory now, and counts it.</summary>
    internal static GatewayException Refusal()
    {
        GatewayMetrics.CountRefusal();
        return new GatewayException(Full);
    }

    /// <summary>The size of the budget, in bytes.</summary>
    public long Capacity { get; }

    /// <summary>Bytes that are taken.</summary>
    public long Used => Incoming.Used + Working.Used + Kept.Used;

    /// <summary>Memory for bodies that are arriving, and for messages that wait for their turn.</summary>
    internal MemoryShare Incoming { get; }

    /// <summary>Memory for requests while they are read, translated, sent and answered.</summary>
    internal MemoryShare Working { get; }

    /// <summary>Memory that connections keep for later requests.</summary>
    internal MemoryShare Kept { get; }

    internal HeapReclaim Heap { get; }

    /// <summary>The configured budget, else half of the memory of the process or its container, up to <see cref="Default"/>.</summary>
    /// <param name="configured">The configured bytes; null when nothing is configured.</param>
    public static long CapacityFor(long? configured) => CapacityFor(configured, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes);

    /// <param name="configured">The configured bytes; null when nothing is configured.</param>
    /// <param name="available">The bytes that the process may use; the runtime takes its container's limit into account.</param>
    internal static long CapacityFor(long? configured, long available) => configured ?? Math.Min(available / 2, Default);

    /// <summary>
    /// The bytes that a request takes from its parsing to its answer: the body, its texts as UTF-16, the provider's request,
    /// and a parser row and an object for each value.
    /// </summary>
    /// <param name="body">The body, in JSON.</param>
    public static long CostOf(ReadOnlySpan<byte> body) => LeastCostOf(body.Length) + (BytesPerValue * JsonValueCount.Of(body));

    /// <summary>The cost of a request that consists of one long text.</summary>
    /// <param name="body">The length of the body, in bytes.</param>
    internal static long LeastCostOf(long body) => TimesBody * body;

    /// <summary>Whether the same request would be rejected again, so that a retry is useless.</summary>
    internal static bool IsFinal(GatewayError error) => error.Code == Full.Code && error.RetryAfter is null;

    /// <summary>Returns a notice for the operator; null when there is room for every request that the limits allow.</summary>
    /// <param name="largest">The size of the largest request that the limits allow, in bytes.</param>
    public string? NoticeFor(int largest)
    {
        var fits = Math.Min(Incoming.CeilingOf(SizeClass.Large), Working.CeilingOf(SizeClass.Large) / TimesBody);
        return fits >= largest
            ? null
            : string.Create(
                CultureInfo.InvariantCulture,
                $"requests above about {fits / 1024} KiB will be refused though /limits/requestBytes allows {largest / 1024} KiB: the memory budget is {Capacity / (1024 * 1024)} MiB; give the process more memory, or set /limits/memoryBytes");
    }

    /// <summary>The error of a request that is always too large for this process.</summary>
    /// <param name="bytes">The bytes that it would need.</param>
    internal static GatewayError NeverFits(long bytes) => new(
        ErrorKind.Overloaded,
        GatewayText.NeverFits(bytes / (1024 * 1024)))
    {
        Code = "gateway_overloaded",
    };

    public void Dispose() => Heap.Dispose();
}
