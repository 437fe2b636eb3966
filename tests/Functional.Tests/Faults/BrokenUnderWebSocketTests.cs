using System.Text.Json;
using Dragoman.Functional.Tests.Harness;
using Xunit;

namespace Dragoman.Functional.Tests.Faults;

/// <summary>When a provider's connection breaks, a request over a WebSocket ends as over HTTP, and the WebSocket accepts the next one.</summary>
[Collection(FaultTests.Name)]
[Trait("Category", "Streaming")]
public class BrokenUnderWebSocketTests(FaultDeployment deployment)
{
    private const string ShortAnswer = "tokens=3";
    private const int Places = 12;

    private static IEnumerable<(SocketDialect Client, ProviderDialect Provider)> Cases =>
        SocketDialect.All.SelectMany(client => ProviderDialect.All.Select(provider => (client, provider)));

    [Fact]
    public Task The_request_fails_and_the_next_is_answered() => FaultDeployment.AllAsync(Cases, async each =>
    {
        var (client, provider) = each;
        var (bytes, _) = await deployment.AskUndisturbedAsync(ClientDialect.Of("openai-chat"), provider, ShortAnswer, stream: true);
        var headEnd = bytes.AsSpan().IndexOf("\r\n\r\n"u8) + 4;
        using var socket = await SocketClient.ConnectAsync(deployment.Door.Address, client.Path);
        var whole = await AskAsync(socket, client, provider);
        Assert.True(client.IsGoodEnd(whole[^1]), $"{whole[^1]}");

        var began = false;
        foreach (var place in Enumerable.Range(0, Places).Select(place => place * bytes.Length / Places).Append(headEnd).Append(bytes.Length - 1).Order())
        {
            foreach (var fault in new Fault[] { new Reset(place), new Close(place) })
            {
                var answer = await AskAsync(socket, client, provider, fault);
                var last = answer[^1];
                var told = $"{client.Path} from {provider.Name}, {fault} of {bytes.Length}: {string.Join('\n', answer)}";
                if (client.IsGoodEnd(last))
                {
                    Assert.True(place > headEnd && Text(answer) == Text(whole), told);
                    continue;
                }

                Assert.StartsWith(Text(answer), Text(whole), StringComparison.Ordinal);
                if (SocketDialect.IsRefusal(last))
                    Assert.True(!began && answer.Count == 1 && last.GetProperty("status").GetInt32() == 502, told);
                else
                    Assert.True(answer.Count > 1 && place > headEnd, told);
                began |= !SocketDialect.IsRefusal(last);
            }
        }

        Assert.True(began, $"{client.Path} from {provider.Name} never broke in the middle");
        Assert.Equal(Text(whole), Text(await AskAsync(socket, client, provider)));
        await socket.CloseAsync();
    });

    private async Task<List<JsonElement>> AskAsync(SocketClient socket, SocketDialect client, ProviderDialect provider, params Fault[] faults)
    {
        var passage = deployment.Proxy.Plan(FaultPlan.Of(faults) with { Behavior = ShortAnswer });
        await socket.SendAsync(client.Ask($"{provider.Name}/{provider.Model}", $"Say {passage.Marker}"));
        return await socket.ReceiveUntilAsync(message => client.IsGoodEnd(message) || client.IsBadEnd(message));
    }

    private static string Text(IEnumerable<JsonElement> messages) => string.Concat(messages.Select(SocketDialect.TextOf));
}
