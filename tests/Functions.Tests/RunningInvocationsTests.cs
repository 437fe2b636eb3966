using Dragoman.Functions.Isolated;
using Microsoft.Azure.Functions.Worker;
using Moq;
using Xunit;

namespace Dragoman.Functions.Tests;

public class RunningInvocationsTests
{
    private readonly RunningInvocations invocations = new();

    [Fact]
    public void None_runs_at_first() => Assert.True(invocations.NoneAsync(default).IsCompletedSuccessfully);

    [Fact]
    public async Task None_runs_when_the_last_one_has_ended()
    {
        var (first, firstEnds) = Start();
        var (second, secondEnds) = Start();
        var none = invocations.NoneAsync(default);

        firstEnds.SetResult();
        await first;
        Assert.False(none.IsCompleted);
        Assert.Same(none, invocations.NoneAsync(default));

        secondEnds.SetException(new InvalidOperationException("any"));
        await Assert.ThrowsAsync<InvalidOperationException>(() => second);
        await none;
    }

    [Fact]
    public async Task One_that_starts_later_is_waited_for_again()
    {
        var (first, firstEnds) = Start();
        firstEnds.SetResult();
        await invocations.NoneAsync(default);
        await first;

        var (second, secondEnds) = Start();
        var none = invocations.NoneAsync(default);
        Assert.False(none.IsCompleted);
        secondEnds.SetResult();
        await second;
        await none;
    }

    [Fact]
    public async Task The_wait_can_be_canceled()
    {
        var (running, ends) = Start();
        using var cancellation = new CancellationTokenSource();
        var none = invocations.NoneAsync(cancellation.Token);

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => none);
        ends.SetResult();
        await running;
    }

    private (Task Invocation, TaskCompletionSource Ends) Start()
    {
        var ends = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return (invocations.Invoke(Mock.Of<FunctionContext>(), _ => ends.Task), ends);
    }
}
