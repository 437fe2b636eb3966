using System.Text;
using Dragoman.Conversation;
using Dragoman.Pipeline.Memory;

namespace Dragoman.Gateway.Tests.Pipeline.Memory;

public sealed class MemoryBudgetTests : IDisposable
{
    private const long Mebibyte = 1024 * 1024;

    private readonly ManualTimeProvider clock = new();
    private readonly RecordedHeap heap = new();
    private readonly MemoryBudget budget;
    private int running;

    public MemoryBudgetTests() => budget = new MemoryBudget(384 * Mebibyte, clock, () => running, heap);

    public void Dispose() => budget.Dispose();

    [Theory]
    [InlineData(null, 64 * 1024 * Mebibyte, 384)]
    [InlineData(null, 200 * Mebibyte, 100)]
    [InlineData(1024 * Mebibyte, 200 * Mebibyte, 1024)]
    public void It_is_what_the_operator_says_or_a_share_of_what_there_is(long? configured, long available, long expected) =>
        Assert.Equal(expected * Mebibyte, MemoryBudget.CapacityFor(configured, available));

    [Fact]
    public void By_itself_it_has_room_for_the_largest_request_that_is_allowed_by_itself()
    {
        Assert.Null(budget.NoticeFor(32 * (int)Mebibyte));
        using var small = new MemoryBudget(100 * Mebibyte, clock, () => 0, heap);
        Assert.Contains("9600 KiB", small.NoticeFor(32 * (int)Mebibyte), StringComparison.Ordinal);
    }

    [Fact]
    public void A_request_costs_by_its_length_and_its_values()
    {
        var text = Encoding.UTF8.GetBytes($$"""{"a":"{{new string(',', 1000)}}"}""");
        var numbers = Encoding.UTF8.GetBytes($"[{string.Join(',', Enumerable.Repeat('0', 500))}]");

        Assert.InRange(MemoryBudget.CostOf(text), 5 * text.Length, (5 * text.Length) + (3 * 96));
        Assert.InRange(MemoryBudget.CostOf(numbers), 500 * 96, (500 * 96) + (5 * numbers.Length) + (2 * 96));
    }

    [Fact]
    public async Task A_request_holds_first_what_arrives_and_then_what_it_is_worked_on_with()
    {
        using var lease = new MemoryLease(budget);
        await lease.ReceiveAsync(30 * Mebibyte, CancellationToken.None);
        Assert.Equal((30 * Mebibyte, 0), (budget.Incoming.Used, budget.Working.Used));

        await lease.WorkAsync(150 * Mebibyte, 30 * Mebibyte, CancellationToken.None);
        Assert.Equal((0, 150 * Mebibyte), (budget.Incoming.Used, budget.Working.Used));

        lease.ShrinkTo(Mebibyte);
        Assert.Equal(Mebibyte, budget.Used);
        lease.Grow(Mebibyte);
        lease.Shrink(Mebibyte / 2);
        Assert.Equal(Mebibyte * 3 / 2, lease.Held);

        lease.Dispose();
        lease.Dispose();
        Assert.Equal(0, budget.Used);
    }

    [Fact]
    public async Task A_floor_stays_until_the_end()
    {
        using var lease = new MemoryLease(budget);
        await lease.WorkAsync(10 * Mebibyte, 2 * Mebibyte, CancellationToken.None);
        lease.Floor = Mebibyte;

        lease.ShrinkTo(0);
        Assert.Equal(Mebibyte, budget.Used);

        lease.Dispose();
        Assert.Equal(0, budget.Used);
    }

    [Fact]
    public async Task Who_waits_in_vain_is_told_when_to_come_back()
    {
        using var first = new MemoryLease(budget);
        using var second = new MemoryLease(budget);
        await first.WorkAsync(150 * Mebibyte, 30 * Mebibyte, CancellationToken.None);
        await second.ReceiveAsync(30 * Mebibyte, CancellationToken.None);
        var waiting = second.WorkAsync(150 * Mebibyte, 30 * Mebibyte, CancellationToken.None).AsTask();
        Assert.False(waiting.IsCompleted);

        clock.Advance(MemoryBudget.LongestWait);

        var error = (await Assert.ThrowsAsync<GatewayException>(() => waiting)).Error;
        Assert.Equal(("gateway_overloaded", 503), (error.Code, error.Status));
        Assert.NotNull(error.RetryAfter);
        second.Dispose();
        Assert.Equal(150 * Mebibyte, budget.Used);
    }

    [Fact]
    public async Task What_never_fits_is_told_what_it_would_take()
    {
        using var lease = new MemoryLease(budget);

        var error = (await Assert.ThrowsAsync<GatewayException>(() => lease.ReceiveAsync(40 * Mebibyte, CancellationToken.None).AsTask())).Error;

        Assert.Equal(("gateway_overloaded", null), (error.Code, error.RetryAfter));
        Assert.Contains("200 MiB", error.Message, StringComparison.Ordinal);
        Assert.Equal(0, budget.Used);
    }

    [Fact]
    public void Who_has_begun_does_not_wait_for_more()
    {
        using var lease = new MemoryLease(budget);
        lease.Grow(budget.Working.Capacity);

        Assert.Equal(MemoryBudget.Full, Assert.Throws<GatewayException>(() => lease.Grow(1)).Error);
        Assert.False(lease.TryGrow(1));
    }

    [Fact]
    public void A_message_of_unknown_length_takes_room_as_it_grows()
    {
        using var lease = new MemoryLease(budget);
        Assert.True(lease.TryReceive(20 * Mebibyte));
        Assert.True(lease.TryReceive(40 * Mebibyte));
        Assert.Equal(40 * Mebibyte, budget.Used);
        Assert.False(lease.TryReceive(80 * Mebibyte));
        Assert.Equal(40 * Mebibyte, budget.Used);

        lease.Keep(10 * Mebibyte);
        Assert.Equal(10 * Mebibyte, budget.Used);
    }

    [Fact]
    public async Task What_was_given_back_is_collected_before_it_is_given_away_again()
    {
        for (var request = 0; request < 10; request++)
        {
            using var lease = new MemoryLease(budget);
            await lease.WorkAsync(150 * Mebibyte, 30 * Mebibyte, CancellationToken.None);
            Assert.InRange(budget.Used + budget.Heap.Garbage, 0, budget.Capacity);
        }

        Assert.Equal(9, heap.Collections);
    }

    [Fact]
    public async Task Small_requests_never_wait_for_a_collection()
    {
        using var lease = new MemoryLease(budget);
        await lease.WorkAsync(150 * Mebibyte, 30 * Mebibyte, CancellationToken.None);
        lease.Dispose();

        await lease.ReceiveAsync(60 * 1024, CancellationToken.None);
        Assert.Equal(0, heap.Collections);
    }

    [Fact]
    public async Task With_many_streams_the_threads_are_not_stopped()
    {
        running = 10_000;
        using var lease = new MemoryLease(budget);
        await lease.WorkAsync(150 * Mebibyte, 30 * Mebibyte, CancellationToken.None);
        lease.Dispose();
        await lease.WorkAsync(150 * Mebibyte, 30 * Mebibyte, CancellationToken.None);

        Assert.Equal((0, 1), (heap.Collections, heap.InBackground));
    }

    [Fact]
    public async Task What_lies_in_pieces_is_given_back_to_the_system_at_once()
    {
        heap.Unused = budget.Capacity / 2;
        using var lease = new MemoryLease(budget);
        await lease.WorkAsync(150 * Mebibyte, 30 * Mebibyte, CancellationToken.None);
        lease.Dispose();
        await lease.WorkAsync(150 * Mebibyte, 30 * Mebibyte, CancellationToken.None);

        await heap.GaveBackAsync(1);
    }

    [Fact]
    public async Task When_it_is_quiet_memory_is_given_back_to_the_system()
    {
        using var lease = new MemoryLease(budget);
        await lease.WorkAsync(50 * Mebibyte, 10 * Mebibyte, CancellationToken.None);
        clock.Advance(TimeSpan.FromMinutes(10));
        Assert.Null(clock.UntilNextTimer);
        lease.Dispose();

        // Another request arrives before the quiet time is over.
        clock.Advance(TimeSpan.FromSeconds(4));
        await lease.WorkAsync(50 * Mebibyte, 10 * Mebibyte, CancellationToken.None);
        clock.Advance(TimeSpan.FromSeconds(1));
        lease.Dispose();
        await heap.GaveBackAsync(0);

        foreach (var (seconds, times) in new[] { (5, 1), (35, 2), (70, 3) })
        {
            clock.Advance(TimeSpan.FromSeconds(seconds));
            await heap.GaveBackAsync(times);
        }

        clock.Advance(TimeSpan.FromMinutes(10));
        await heap.GaveBackAsync(3);
        Assert.Equal(0, budget.Heap.Garbage);
    }

    [Fact]
    public async Task A_busy_process_is_not_stopped_to_give_memory_back()
    {
        using var lease = new MemoryLease(budget);
        await lease.WorkAsync(50 * Mebibyte, 10 * Mebibyte, CancellationToken.None);
        lease.Dispose();
        running = 10_000;

        clock.Advance(TimeSpan.FromSeconds(5));
        await heap.GaveBackAsync(0);

        running = 3;
        clock.Advance(TimeSpan.FromSeconds(5));
        await heap.GaveBackAsync(1);
    }

    private sealed class RecordedHeap : IHeap
    {
        private int givenBack;

        public long Unused { get; set; }

        public int Collections { get; private set; }

        public int InBackground { get; private set; }

        public void Collect() => Collections++;

        public Task CollectInBackgroundAsync()
        {
            InBackground++;
            return Task.CompletedTask;
        }

        public void GiveBack() => Interlocked.Increment(ref givenBack);

        /// <summary>The memory is given back on a separate thread, so this waits for it.</summary>
        public async Task GaveBackAsync(int times)
        {
            for (var waited = 0; Volatile.Read(ref givenBack) < times && waited < 1000; waited++)
                await Task.Delay(10);
            Assert.Equal(times, Volatile.Read(ref givenBack));
        }
    }
}
