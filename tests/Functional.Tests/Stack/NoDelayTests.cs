using Dragoman.Functional.Tests.Harness;
using Xunit;

namespace Dragoman.Functional.Tests.Stack;

/// <summary>No hop waits for more to send: Nagle's algorithm is off on every connection of a stream.</summary>
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
        // Towards the sidecar, and towards the client.
        Assert.Contains((stack.Sidecar.Address.Port, true), nginx);
        Assert.Contains(nginx, socket => socket.PeerPort != stack.Sidecar.Address.Port);
        Assert.All([.. sidecar, .. nginx, .. emulator], socket => Assert.True(socket.NoDelay, $"the connection to port {socket.PeerPort} waits"));
    }
}
