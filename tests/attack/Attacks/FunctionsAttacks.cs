using Dragoman.Attack.Ground;
using Dragoman.Attack.Tools;
using Dragoman.Functional.Tests.Harness;

namespace Dragoman.Attack.Attacks;

/// <summary>Without the functions, the sidecar still answers everything that it can.</summary>
internal static class FunctionsAttacks
{
    public static readonly IReadOnlyList<Attack> All =
    [
        new("functions-away", "single point", "10", "with the functions away, every request that the sidecar can answer is answered", AwayAsync),
        new("functions-restart", "single point", "10", "a restart of the functions under load loses no unstreamed request that had not begun", RestartAsync),
    ];

    private static async Task AwayAsync(AttackContext context, Tally tally)
    {
        await using var field = await Field.StartAsync(context);
        await field.Functions.KillAsync();
        foreach (var api in ClientApi.All)
        {
            for (var each = 0; each < 3; each++)
            {
                var kind = api == ClientApi.Embeddings || api == ClientApi.OllamaEmbed ? Providers.Compatible : Providers.Mistral;
                var answer = await Client.PostAsync(field.Door.Address, api.Path, api.Body($"{kind.Name}/fk-ok"));
                tally.Expect(answer.Status == 200, $"{api.Path} is {answer}");
            }
        }

        foreach (var path in (string[])["/api/tags", "/v1/models", "/api/version", "/health", "/ready"])
        {
            var answer = await Client.GetAsync(field.Door.Address, path);
            tally.Expect(answer.Status == 200, $"{path} is {answer}");
        }
    }

    private static async Task RestartAsync(AttackContext context, Tally tally)
    {
        await using var field = await Field.StartAsync(context);
        using var stop = new CancellationTokenSource();
        var (asked, lost) = (0, 0);
        var load = Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                var answer = await Client.PostAsync(field.Door.Address, ClientApi.Chat.Path, ClientApi.Chat.Body("mistral/fk-ok"));
                Interlocked.Increment(ref asked);
                if (answer.Status != 200)
                    Interlocked.Increment(ref lost);
                tally.Expect(answer.Status == 200, $"an unstreamed answer is {answer}");
                await Task.Delay(5, CancellationToken.None);
            }
        })).ToArray();
        await Task.Delay(500);
        await field.Functions.TerminateAsync();
        await Task.Delay(1000);
        var environment = new Dictionary<string, string?> { ["DRAGOMAN_CONFIG"] = field.ConfigurationFile, [DragomanProcess.PortVariable("functions")] = $"{field.Functions.Address.Port}" };
        await using (var restarted = await DragomanProcess.StartAsync("functions", field.Directory, environment))
        {
            await Task.Delay(1000);
            await stop.CancelAsync();
            await Task.WhenAll(load);
        }

        tally.Note($"{lost} of {asked} lost");
    }
}
