using System.Collections.Concurrent;
using Dragoman.Functional.Tests.Harness;
using Xunit;
using Xunit.Abstractions;

namespace Dragoman.Functional.Tests.Stack;

/// <summary>The functions are restarted or killed behind nginx while clients send requests without streaming.</summary>
public sealed class FunctionsRestartTests(ITestOutputHelper output) : IAsyncLifetime, IDisposable
{
    private const int Clients = 10;
    private const string AtOnce = "emulator/emulate-tokens-5";

    private readonly ScratchDirectory directory = new();
    private readonly int port = FreePort.Find();
    private DragomanProcess emulator = null!;
    private DragomanProcess sidecar = null!;
    private DragomanProcess functions = null!;
    private NginxFrontDoor door = null!;

    public async Task InitializeAsync()
    {
        emulator = await DragomanProcess.StartAsync("emulator", directory.Path);
        sidecar = await StartAsync("sidecar", 0);
        functions = await StartAsync("functions", port);
        door = await NginxFrontDoor.StartAsync(sidecar.Address.Authority, $"127.0.0.1:{port}");
    }

    public async Task DisposeAsync()
    {
        await door.DisposeAsync();
        await functions.DisposeAsync();
        await sidecar.DisposeAsync();
        await emulator.DisposeAsync();
    }

    public void Dispose() => directory.Dispose();

    [Fact]
    public async Task A_restart_loses_no_request()
    {
        var answered = await UnderLoadAsync(async () => Assert.Equal(0, await functions.TerminateAsync()));

        Assert.DoesNotContain(answered, answer => answer.Status != 200);
    }

    [Fact]
    public async Task A_kill_breaks_no_more_than_what_was_under_way()
    {
        const int Kills = 3;
        var answered = await UnderLoadAsync(() => functions.KillAsync());

        var broken = answered.Where(answer => answer.Status != 200).ToList();
        Assert.All(broken, answer => Assert.Equal(502, answer.Status));
        Assert.InRange(broken.Count, 0, Kills * Clients);
    }

    /// <summary>Ends the functions three times and starts them again.</summary>
    private async Task<IReadOnlyCollection<(string What, int Status)>> UnderLoadAsync(Func<Task> end)
    {
        using var client = PlainHttpClient.For(door.Address);
        using var over = new CancellationTokenSource();
        var answered = new ConcurrentQueue<(string What, int Status)>();
        var load = Task.WhenAll(Enumerable.Range(0, Clients).Select(number => Task.Run(async () =>
        {
            for (var round = number; !over.IsCancellationRequested; round++)
            {
                using var request = Ask(round);
                var what = request.RequestUri!.ToString();
                try
                {
                    using var answer = await client.SendAsync(request);
                    answered.Enqueue((what, (int)answer.StatusCode));
                }
                catch (HttpRequestException)
                {
                    answered.Enqueue((what, 0));
                }
            }
        })));

        for (var round = 0; round < 3; round++)
        {
            await AnsweredAsync(answered.Count + 50);
            await end();
            await functions.DisposeAsync();
            // For a while, requests find no functions.
            await AnsweredAsync(answered.Count + 50);
            functions = await StartAsync("functions", port);
        }

        await AnsweredAsync(answered.Count + 50);
        await over.CancelAsync();
        await load;
        output.WriteLine(string.Join(", ", answered.GroupBy(answer => answer).Select(group => $"{group.Count()} x {group.Key}")));
        return answered;

        Task AnsweredAsync(int count) => Eventually.HoldsAsync(() => answered.Count >= count, () => $"only {answered.Count} of {count} requests");
    }

    private static HttpRequestMessage Ask(int round) => (round % 6) switch
    {
        4 => Requests.Post("/v1/embeddings", """{"model":"mistral-embed","input":"hi"}"""),
        5 => new HttpRequestMessage(HttpMethod.Get, "/v1/models"),
        var dialect => Dialect.All[dialect].Request(AtOnce, stream: false, padding: dialect * 200_000),
    };

    private Task<DragomanProcess> StartAsync(string name, int at) =>
        DragomanProcess.StartAsync(name, directory.Path, new Dictionary<string, string?>
        {
            ["DRAGOMAN_EMULATOR_URL"] = new Uri(emulator.Address, "v1").AbsoluteUri,
            [DragomanProcess.PortVariable(name)] = $"{at}",
        });
}
