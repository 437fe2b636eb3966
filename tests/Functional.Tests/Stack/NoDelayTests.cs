using Dragoman.Functional.Tests.Harness;
using Xunit;

namespace Dragoman.Functional.Tests.Stack;

/// <summary>
/// No hop waits for more to send: Nagle's algorithm is off wherever an answer is sent piece by piece. nginx leaves it on
/// only towards the sidecar, where it sends a request that it has read whole.
/// </summary>
[Trait("Category", "Streaming")]
public class NoDelayTests(SmallDeployment deployment) : IClassFixture<SmallDeployment>
{
    [Fact]
    public async Task Every_hop_of_a_stream_sends_at_once()
    {
        var stack = deployment.Stack;
        using var answer = await stack.Client.SendAsync(
            Requests.OpenAIChat(stream: true, "emulator/emulate-stall-3"), HttpCompletionOption.ResponseHeadersRead);
        answer.EnsureSuccessStatusCode();

        var sidecar = SocketsOf.NoDelay(stack.Sidecar.Id);
        var nginx = stack.Door.WorkerIds.SelectMany(SocketsOf.NoDelay).ToList();
        var emulator = SocketsOf.NoDelay(stack.Emulator.Id);

        // Towards the provider, and towards nginx.
        Assert.Contains((stack.Emulator.Address.Port, true), sidecar);
        Assert.Contains(sidecar, socket => socket.PeerPort != stack.Emulator.Address.Port);
        var towardsClients = nginx.Where(socket => socket.PeerPort != stack.Sidecar.Address.Port).ToList();
        Assert.NotEmpty(towardsClients);
        Assert.NotEmpty(emulator);
        Assert.All([.. sidecar, .. towardsClients, .. emulator], socket => Assert.True(socket.NoDelay, $"the connection to port {socket.PeerPort} waits"));
    }
}
