using System.Net;
using Dragoman.Functional.Tests.Harness;
using Dragoman.FunctionsHost;
using Xunit;

namespace Dragoman.Functional.Tests.FunctionsHost;

/// <summary>The isolated worker reads a changed configuration as the other processes do.</summary>
public sealed class WorkerReloadTests : IDisposable
{
    private readonly ScratchDirectory home = new();

    public void Dispose() => home.Dispose();

    [Fact]
    public async Task A_changed_file_is_live_without_another_worker()
    {
        await using var provider = await WorkerDeployment.StartProviderAsync(WorkerDeployment.AnswerWholeAsync);
        Write(provider, "old");
        await using var host = await WorkerHost.StartAsync(IsolatedApp.In(home.Path, new Dictionary<string, string?> { ["DRAGOMAN_CONFIG"] = home.File("gateway.json") }));
        using var client = PlainHttpClient.For(host.Address);
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.NotFound), (await ChatAsync(client, "old"), await ChatAsync(client, "new")));

        Write(provider, "new");

        await Eventually.HoldsAsync(async () => await ChatAsync(client, "new") == HttpStatusCode.OK, () => string.Join('\n', host.Lines));
        Assert.Equal(HttpStatusCode.NotFound, await ChatAsync(client, "old"));
        Assert.Contains(host.Lines, static line => line.Contains("because its files have changed. Changed: /models/old, /models/new.", StringComparison.Ordinal));
    }

    private void Write(RecordingUpstream provider, string model) => File.WriteAllText(
        home.File("gateway.json"),
        $$"""{ "providers": { "held": { "dialect": "openai", "baseUrl": "http://{{provider.Authority}}/v1", "options": { "server": "generic" } } }, "models": { "{{model}}": { "provider": "held", "model": "any" } } }""");

    private static async Task<HttpStatusCode> ChatAsync(HttpClient client, string model)
    {
        using var answer = await client.SendAsync(Requests.OpenAIChat(stream: false, model));
        return answer.StatusCode;
    }
}
