using Dragoman.Functional.Tests.Harness;
using Xunit;

namespace Dragoman.Functional.Tests.Stack;

/// <summary>
/// No hop waits for more bytes before it sends: Nagle's algorithm is off wherever an answer is sent in pieces. Only nginx's
/// connections to the sidecar keep it on, where nginx sends a request that it has read completely.
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

        // The sidecar's connections to the provider and to nginx.
        Assert.Contains((stack.Emulator.Address.Port, true), sidecar);
        Assert.Contains(sidecar, socket => socket.PeerPort != stack.Emulator.Address.Port);
        var towardsClients = nginx.Where(socket => socket.PeerPort != stack.Sidecar.Address.Port).ToList();
        Assert.NotEmpty(towardsClients);
        Assert.NotEmpty(emulator);
        Assert.All([.. sidecar, .. towardsClients, .. emulator], socket => Assert.True(socket.NoDelay, $"the connection to port {socket.PeerPort} waits"));
    }
}
