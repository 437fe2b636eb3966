using System.Diagnostics;
using Dragoman.Attack.Ground;
using Dragoman.Attack.Tools;
using Dragoman.Functional.Tests.Harness;
using Dragoman.Functional.Tests.RunScript;

namespace Dragoman.Attack.Attacks;

/// <summary>Signals, crashes and restarts.</summary>
internal static class ProcessAttacks
{
    public static readonly IReadOnlyList<Attack> All =
    [
        new("hangup", "processes", "19", "SIGHUP cuts no stream", HangUpAsync),
        new("run-sh-killed", "processes", "19", "what run.sh started dies with it", RunKilledAsync) { Waits = true },
        new("children-killed", "processes", "19", "a child of run.sh that dies is started again; three deaths in a minute stop everything with a reason", ChildrenKilledAsync) { Waits = true },
        new("rolling-restart", "processes", "X", "a restart of one of two sidecars under load loses nothing", RollingRestartAsync),
    ];

    private static async Task HangUpAsync(AttackContext context, Tally tally)
    {
        foreach (var name in (string[])["sidecar", "functions"])
        {
            await using var field = await Field.StartAsync(context, new FieldPlan { HasDoor = false });
            var process = name == "sidecar" ? field.Sidecar : field.Functions;
            var streams = Enumerable.Range(0, 5).Select(_ => Client.PostAsync(process.Address, ClientApi.Chat.Path, ClientApi.Chat.Body("mistral/fk-pace-30", stream: true))).ToArray();
            await Eventually.HoldsAsync(() => field.Provider.Calls.Count == streams.Length, () => "the streams did not begin");
            await Task.Delay(300);
            Signal(process.Id, "HUP");
            foreach (var stream in streams)
            {
                var answer = await stream;
                tally.Expect(answer.Status == 200 && answer.Body.Contains("[DONE]", StringComparison.Ordinal), $"a stream of the {name} over SIGHUP is {answer.Status} {(answer.Body.Length > 120 ? answer.Body[^120..] : answer.Body)}");
            }
        }
    }

    private static async Task RunKilledAsync(AttackContext context, Tally tally)
    {
        await using var script = await RunScript.StartAsync();
        var left = script.Processes();
        Signal(IdOf(script), "KILL");
        var waited = Stopwatch.StartNew();
        while (left.Count > 0 && waited.Elapsed < TimeSpan.FromSeconds(25))
        {
            await Task.Delay(200);
            left = [.. script.Processes().Where(Runs)];
        }

        tally.Expect(left.Count == 0, $"{left.Count} processes live on: {string.Join(", ", left.Select(NameOf).Distinct())}");
        foreach (var process in left)
            Signal(process, "KILL");
    }

    private static async Task ChildrenKilledAsync(AttackContext context, Tally tally)
    {
        await using var script = await RunScript.StartAsync();
        using var client = script.Client();
        foreach (var child in (string[])["dragoman-functions", "dragoman-sidecar", "dragoman-emulator", "nginx"])
        {
            Signal(script.Processes().First(process => Runs(process) && NameOf(process) == child), "KILL");
            await Task.Delay(500);
            var waited = Stopwatch.StartNew();
            var status = 0;
            while (status != 200 && waited.Elapsed < TimeSpan.FromSeconds(20))
            {
                status = (await Client.PostAsync(client.BaseAddress!, ClientApi.Chat.Path, ClientApi.Chat.Body("mistral-small-latest"), TimeSpan.FromSeconds(5))).Status;
                await Task.Delay(200);
            }

            tally.Expect(status == 200, $"20 s after the death of {child} an answer is {status}: {script.Output.Split('\n')[^1]}");
            if (status != 200)
                return;
        }

        for (var death = 0; death < 4 && script.Processes().Any(process => NameOf(process) == "dragoman-functions"); death++)
        {
            var victim = script.Processes().FirstOrDefault(process => Runs(process) && NameOf(process) == "dragoman-functions");
            if (victim > 0)
                Signal(victim, "KILL");
            await Eventually.HoldsAsync(() => !Runs(IdOf(script)) || script.Processes().Any(process => Runs(process) && process != victim && NameOf(process) == "dragoman-functions"), () => "neither restarted nor stopped");
        }

        var exit = await script.ExitAsync().WaitAsync(TimeSpan.FromSeconds(30));
        tally.Expect(exit != 0 && script.Output.Contains("functions", StringComparison.Ordinal), $"after many deaths in a minute: exit {exit}: {script.Output.Split('\n')[^1]}");
        tally.Expect(!script.Processes().Any(Runs), "something of run.sh lives on");
    }

    private static async Task RollingRestartAsync(AttackContext context, Tally tally)
    {
        await using var field = await Field.StartAsync(context, new FieldPlan { HasDoor = false, HasFunctions = false });
        var environment = new Dictionary<string, string?> { ["DRAGOMAN_CONFIG"] = field.ConfigurationFile };
        await using var second = await DragomanProcess.StartAsync("sidecar", field.Directory, environment);
        await using var door = await NginxFrontDoor.StartAsync($"{field.Sidecar.Address.Authority},{second.Address.Authority}", null);
        using var stop = new CancellationTokenSource();
        var asked = 0;
        var load = Enumerable.Range(0, 8).Select(worker => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                var stream = worker % 2 == 0;
                var answer = await Client.PostAsync(door.Address, ClientApi.Chat.Path, ClientApi.Chat.Body("mistral/fk-ok", stream));
                Interlocked.Increment(ref asked);
                tally.Expect(answer.Status == 200 && (!stream || answer.Body.Contains("[DONE]", StringComparison.Ordinal)), $"an answer during the restart is {answer}");
                await Task.Delay(5, CancellationToken.None);
            }
        })).ToArray();
        await Task.Delay(700);
        await field.Sidecar.TerminateAsync();
        environment[DragomanProcess.PortVariable("sidecar")] = $"{field.Sidecar.Address.Port}";
        await using (var restarted = await DragomanProcess.StartAsync("sidecar", field.Directory, environment))
        {
            await Task.Delay(700);
            await stop.CancelAsync();
            await Task.WhenAll(load);
        }

        tally.Note($"{asked} requests");
    }

    private static void Signal(int process, string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", $"{process}"]);
        kill.WaitForExit();
    }

    private static int IdOf(RunScript script) => script.Processes().FirstOrDefault(process => CommandLine(process).Any(word => word.EndsWith("/run.sh", StringComparison.Ordinal)) && Runs(process));

    /// <summary>The name of a process's program. nginx overwrites its command line, and only its master counts.</summary>
    private static string NameOf(int process)
    {
        var command = CommandLine(process).FirstOrDefault("");
        return command.StartsWith("nginx: ", StringComparison.Ordinal) ? command.Split(' ')[1] == "master" ? "nginx" : "nginx worker" : Path.GetFileName(command);
    }

    private static string[] CommandLine(int process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/cmdline").Split('\0');
        }
        catch (IOException)
        {
            return [];
        }
    }

    private static bool Runs(int process)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{process}/stat");
            return stat[stat.LastIndexOf(')') + 2] != 'Z';
        }
        catch (IOException)
        {
            return false;
        }
    }
}
