using System.Globalization;
using Dragoman.Conversation;
using Dragoman.Wire;

namespace Dragoman.Pipeline.Memory;

/// <summary>
/// The memory that requests may take together, whichever client they come from. A large request asks here first, and is refused
/// when too much is in flight, so that neither the process nor its container ends for it (docs/limits.md).
/// </summary>
/// <remarks>
/// The budget has parts that never borrow from each other. A request goes from one part to the next, and none that
/// holds memory in the later part waits for more of the earlier one, so requests cannot deadlock.
/// </remarks>
public sealed class MemoryBudget : IDisposable
{
    /// <summary>Bodies up to this size, in bytes, are not counted: there are no more of them than connections.</summary>
    public const int Uncounted = 16 * 1024;

    /// <summary>The budget, in bytes, of a machine with plenty of memory.</summary>
    public const long Default = 384L * 1024 * 1024;

    /// <summary>How long a request may wait for memory. It costs nothing meanwhile, and a large one alone takes about half a second.</summary>
    internal static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(20);

    /// <summary>See <see cref="CostOf"/>: 1 as it came, 2 as UTF-16, 1 as it goes, and 1 that the parser takes in any case, for rows.</summary>
    private const int TimesBody = 5;

    /// <summary>A row of the parser is 12 bytes, and twice that while its table grows; the rest is a short text or a small list, as measured.</summary>
    private const int BytesPerValue = 96;

    /// <summary>When it is worth trying again.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    /// <param name="capacity">Bytes.</param>
    /// <param name="clock">Measures how long is waited.</param>
    /// <param name="running">How many requests run, which a long pause would hold up.</param>
    /// <param name="heap">The process's.</param>
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
        new(ErrorKind.Overloaded, "The gateway has too much in flight to take this request; try again in a moment.") { Code = "gateway_overloaded", RetryAfter = Pause };

    /// <summary>Counts and creates the refusal of a request for which there is no memory now.</summary>
    internal static GatewayException Refusal()
    {
        GatewayMetrics.CountRefusal();
        return new GatewayException(Full);
    }

    /// <summary>In bytes.</summary>
    public long Capacity { get; }

    /// <summary>Bytes that are taken.</summary>
    public long Used => Incoming.Used + Working.Used + Kept.Used;

    /// <summary>What has arrived in part, or waits for its turn.</summary>
    internal MemoryShare Incoming { get; }

    /// <summary>What requests need while they are read, written anew, sent and answered.</summary>
    internal MemoryShare Working { get; }

    /// <summary>What connections keep for later requests; the first to be done without.</summary>
    internal MemoryShare Kept { get; }

    internal HeapReclaim Heap { get; }

    /// <summary>The budget of this process: as configured, else half of what the process or its container may have, up to <see cref="Default"/>.</summary>
    /// <param name="configured">Bytes; null: nothing was.</param>
    public static long CapacityFor(long? configured) => CapacityFor(configured, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes);

    /// <param name="configured">Bytes; null: nothing was.</param>
    /// <param name="available">Bytes that the process may have at most; it knows its container's limit.</param>
    internal static long CapacityFor(long? configured, long available) => configured ?? Math.Min(available / 2, Default);

    /// <summary>
    /// The bytes that a request takes from its parsing to its answer: the body, its texts as UTF-16, the provider's request,
    /// and for each value a row of the parser's and an object.
    /// </summary>
    /// <param name="body">JSON.</param>
    public static long CostOf(ReadOnlySpan<byte> body) => LeastCostOf(body.Length) + (BytesPerValue * JsonValueCount.Of(body));

    /// <summary>The cost of a request that is one long text.</summary>
    /// <param name="body">Bytes of the body.</param>
    internal static long LeastCostOf(long body) => TimesBody * body;

    /// <summary>Whether a request would be refused again, so that its client need not try.</summary>
    internal static bool IsFinal(GatewayError error) => error.Code == Full.Code && error.RetryAfter is null;

    /// <summary>What the operator should know; null when all requests that the limits allow have room.</summary>
    /// <param name="largest">Bytes of the largest request that is allowed.</param>
    public string? NoticeFor(int largest)
    {
        var fits = Math.Min(Incoming.CeilingOf(SizeClass.Large), Working.CeilingOf(SizeClass.Large) / TimesBody);
        return fits >= largest
            ? null
            : string.Create(
                CultureInfo.InvariantCulture,
                $"requests above about {fits / 1024} KiB will be refused though /limits/requestBytes allows {largest / 1024} KiB: the memory budget is {Capacity / (1024 * 1024)} MiB; give the process more memory, or set /limits/memoryBytes");
    }

    /// <summary>The error of a request that is too large for this process at any time.</summary>
    /// <param name="bytes">What it would need.</param>
    internal static GatewayError NeverFits(long bytes) => new(
        ErrorKind.Overloaded,
        string.Create(CultureInfo.InvariantCulture, $"The request needs about {bytes / (1024 * 1024)} MiB of memory, which is more than this gateway may give to one request; make it smaller, or ask the gateway's operator to raise limits.memoryBytes."))
    {
        Code = "gateway_overloaded",
    };

    public void Dispose() => Heap.Dispose();
}
