using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Dragoman.Functional.Tests.Harness;
using Xunit;

namespace Dragoman.Functional.Tests.RunScript;

public class RunScriptTests
{
    /// <summary>The most connections to the functions that nginx keeps open after a few requests.</summary>
    private const int MostKeptConnections = 4;

    [Fact]
    public async Task It_says_what_runs_where_and_leaves_nothing_behind()
    {
        await using var script = await RunScript.StartAsync();
        using var client = script.Client();

        using var chat = await client.SendAsync(Requests.OllamaChat(stream: false));
        Assert.Equal(HttpStatusCode.OK, chat.StatusCode);
        Assert.Matches($@"nginx +http://127\.0\.0\.1:{script.Port} ", script.Output);
        Assert.Matches(@"sidecar +http://127\.0\.0\.1:\d+ ", script.Output);
        Assert.Matches(@"functions +http://127\.0\.0\.1:\d+ ", script.Output);
        Assert.Matches(@"emulator +http://127\.0\.0\.1:\d+ ", script.Output);
        Assert.Contains("Models: the emulator's", script.Output, StringComparison.Ordinal);
        Assert.Contains($"OLLAMA_HOST=http://127.0.0.1:{script.Port} ", script.Output, StringComparison.Ordinal);
        await Eventually.HoldsAsync(() => script.Output.Contains("nginx     | {", StringComparison.Ordinal), () => script.Output);

        // The runtime's sockets for debuggers would be in its temporary directory.
        Assert.DoesNotContain(
            script.AllFiles(),
            file => file.Contains("dotnet-diagnostic", StringComparison.Ordinal) || file.Contains("clr-debug-pipe", StringComparison.Ordinal));

        Assert.Equal(0, await script.TerminateAsync());
        await AssertNothingIsLeftAsync(script);
    }

    [Fact]
    public async Task The_commands_it_prints_work_as_pasted()
    {
        await using var script = await RunScript.StartAsync();

        var commands = script.Output.Split('\n').Select(line => line.Trim()).Where(line => line.StartsWith("curl ", StringComparison.Ordinal)).ToList();

        Assert.Equal(2, commands.Count);
        foreach (var command in commands)
        {
            var (exitCode, output) = await RunningProcess.RunAsync("bash", ["-c", command.Replace("curl ", "curl -sS --fail ", StringComparison.Ordinal)]);
            Assert.True(exitCode == 0, $"{command}: {output}");
            Assert.Contains("\"content\":", output, StringComparison.Ordinal);
        }
    }

    /// <summary>Sidecar and functions share the store in the usual place.</summary>
    [Fact]
    public async Task With_keys_it_says_what_every_client_needs()
    {
        const string AdminKey = "the-administrators-own-key";
        await using var script = await RunScript.StartAsync(new Dictionary<string, string?>
        {
            ["DRAGOMAN__access__mode"] = "keys",
            ["DRAGOMAN__access__adminKey"] = AdminKey,
        });
        using var client = script.Client();
        client.DefaultRequestHeaders.Add("x-api-key", AdminKey);
        using var team = await client.SendAsync(Requests.Post("/dragoman/teams", """{"id":"web"}"""));
        Assert.Equal(HttpStatusCode.Created, team.StatusCode);
        using var created = await client.SendAsync(Requests.Post("/dragoman/keys", """{"team":"web"}"""));
        var key = (await created.JsonAsync()).GetProperty("key").GetString()!;

        var commands = script.Output.Split('\n').Select(line => line.Trim()).Where(line => line.StartsWith("curl ", StringComparison.Ordinal)).ToList();
        Assert.Equal(2, commands.Count);
        foreach (var command in commands)
        {
            var pasted = command.Replace("curl ", "curl -sS --fail ", StringComparison.Ordinal).Replace("MODEL", Requests.Model, StringComparison.Ordinal);
            Assert.NotEqual(0, (await RunningProcess.RunAsync("bash", ["-c", pasted])).ExitCode);
            var (exitCode, output) = await RunningProcess.RunAsync("bash", ["-c", pasted.Replace("KEY", key, StringComparison.Ordinal)]);
            Assert.True(exitCode == 0, $"{command}: {output}");
        }

        Assert.DoesNotContain("OLLAMA_HOST", script.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(AdminKey, script.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ctrl_c_stops_everything()
    {
        await using var script = await RunScript.StartAsync();

        Assert.Equal(0, await script.InterruptAsync());
        await AssertNothingIsLeftAsync(script);
    }

    [Fact]
    public async Task Ctrl_c_does_not_wait_for_a_stream()
    {
        await using var script = await RunScript.StartAsync();
        var sidecar = Regex.Match(script.Output, @"sidecar +http://127\.0\.0\.1:(\d+) ").Groups[1].Value;
        using var client = PlainHttpClient.For(new Uri($"http://127.0.0.1:{sidecar}"));
        using var answer = await client.SendAsync(
            Requests.OpenAIChat(stream: true, "emulator/emulate-tokens-1000000-tps-20"), HttpCompletionOption.ResponseHeadersRead);
        answer.EnsureSuccessStatusCode();

        Assert.Equal(0, await script.InterruptAsync());
        Assert.Contains("restarting", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        await AssertNothingIsLeftAsync(script);
    }

    [Fact]
    public async Task A_child_that_dies_is_started_again_and_the_streams_of_the_others_go_on()
    {
        await using var script = await RunScript.StartAsync();
        using var client = script.Client();
        using var answer = await client.SendAsync(
            Requests.OpenAIChat(stream: true, "emulator/emulate-tokens-400-tps-40"), HttpCompletionOption.ResponseHeadersRead);
        answer.EnsureSuccessStatusCode();

        var killed = script.KillChild("dragoman-functions");

        // The sidecar answers in the meantime.
        await script.GoneAsync("dragoman-functions", killed);
        var statuses = new List<HttpStatusCode>();
        do
        {
            using var meanwhile = await client.SendAsync(Requests.OllamaChat(stream: false));
            statuses.Add(meanwhile.StatusCode);
        }
        while (statuses[^1] != HttpStatusCode.OK && statuses.Count < MostKeptConnections);
        // nginx may not know yet that a connection it keeps is closed, and it does not retry a POST that was sent on it.
        Assert.Equal(HttpStatusCode.OK, statuses[^1]);
        Assert.All(statuses.SkipLast(1), status => Assert.Equal(HttpStatusCode.BadGateway, status));
        await script.RestartedAsync("dragoman-functions", killed);
        Assert.Contains("functions ended by itself with exit code 137; it is started again", script.Output, StringComparison.Ordinal);
        Assert.Contains("data: [DONE]", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(0, await script.TerminateAsync());
        await AssertNothingIsLeftAsync(script);
    }

    [Theory]
    [InlineData("dragoman-sidecar")]
    [InlineData("dragoman-emulator")]
    [InlineData("nginx")]
    public async Task Whichever_child_dies_requests_are_answered_again(string child)
    {
        await using var script = await RunScript.StartAsync();
        using var client = script.Client();

        var killed = script.KillChild(child);

        await script.RestartedAsync(child, killed);
        await Eventually.HoldsAsync(async () => await IsAnsweredAsync(client), () => $"nothing is answered:\n{script.Output}");
        Assert.Equal(0, await script.TerminateAsync());
        await AssertNothingIsLeftAsync(script);
    }

    [Fact]
    public async Task A_child_that_dies_again_and_again_takes_the_rest_down()
    {
        await using var script = await RunScript.StartAsync();

        for (var restart = 0; restart < 3; restart++)
            await script.RestartedAsync("dragoman-sidecar", script.KillChild("dragoman-sidecar"));
        script.KillChild("dragoman-sidecar");

        Assert.Equal(1, await script.ExitAsync());
        Assert.Contains("the last lines of sidecar:", script.Output, StringComparison.Ordinal);
        Assert.Contains("sidecar ended with exit code 137, and it was started again 3 times within 60 seconds already", script.Output, StringComparison.Ordinal);
        await AssertNothingIsLeftAsync(script);
    }

    [Fact]
    public async Task When_the_script_is_killed_nothing_outlives_it()
    {
        await using var script = await RunScript.StartAsync();
        Assert.NotEmpty(script.Processes());

        await script.KillAsync();

        await Eventually.HoldsAsync(
            () => script.Processes().Count == 0 && script.TemporaryFiles().Count == 0,
            () => $"left: {string.Join(' ', script.Processes())} {string.Join(' ', script.TemporaryFiles())}");
        Assert.False(await FreePort.AnswersAsync(int.Parse(script.Port)));
    }

    [Fact]
    public async Task A_closed_terminal_stops_everything()
    {
        await using var script = await RunScript.StartAsync();

        script.HangUp();

        Assert.Equal(1, await script.ExitAsync());
        await AssertNothingIsLeftAsync(script);
    }

    /// <summary>The process knows them all, so that a new one needs no change of the script.</summary>
    [Fact]
    public void The_script_lists_no_providers_itself()
    {
        var script = File.ReadAllText(Path.Combine(Repository.Root, "run.sh"));
        Assert.DoesNotMatch("API_KEY|AZURE_|LMSTUDIO|[Mm]istral|[Aa]nthropic_|Gemini", script);
    }

    [Fact]
    public async Task A_mistake_in_the_configuration_is_told_before_anything_starts()
    {
        await using var script = RunScript.Launch($"{FreePort.Find()}", new Dictionary<string, string?> { ["DRAGOMAN__limits__requestBytes"] = "many" });

        Assert.Equal(2, await script.ExitAsync());
        Assert.EndsWith("dragoman-sidecar: environment variable DRAGOMAN__limits__requestBytes: /limits/requestBytes must be a whole number above 0", script.Output, StringComparison.Ordinal);
        await AssertNothingIsLeftAsync(script);
    }

    [Fact]
    public async Task A_busy_port_is_one_sentence_before_anything_starts()
    {
        using var occupant = new TcpListener(IPAddress.Loopback, 0);
        occupant.Start();
        var port = ((IPEndPoint)occupant.LocalEndpoint).Port;

        await using var script = RunScript.Launch($"{port}");

        Assert.Equal(1, await script.ExitAsync());
        Assert.StartsWith($"run.sh: port {port} is taken; ", script.Output, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', script.Output);
        await AssertNothingIsLeftAsync(script);
    }

    [Theory]
    [InlineData("eleven")]
    [InlineData("0")]
    [InlineData("65536")]
    [InlineData("11434; rm -rf /")]
    public async Task A_port_that_is_none_is_one_sentence(string port)
    {
        await using var script = RunScript.Launch(port);

        Assert.Equal(1, await script.ExitAsync());
        Assert.Equal($"run.sh: PORT is '{port}'; it must be a number from 1 to 65535", script.Output);
    }

    [Fact]
    public async Task With_a_providers_key_there_is_no_emulator_and_the_key_is_not_shown()
    {
        const string Key = "sentinel-key-that-nobody-may-see";
        await using var script = await RunScript.StartAsync(new Dictionary<string, string?> { ["MISTRAL_API_KEY"] = Key });

        Assert.Matches(@"Models of:\n +mistral +https://api\.mistral\.ai/v1/ +dialect mistral\n", script.Output);
        Assert.DoesNotContain("emulator ", script.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(Key, script.Output, StringComparison.Ordinal);
        Assert.Equal(0, await script.TerminateAsync());
    }

    [Fact]
    public async Task Two_run_side_by_side()
    {
        await using var one = await RunScript.StartAsync();
        await using var other = await RunScript.StartAsync();

        foreach (var script in new[] { one, other })
        {
            using var client = script.Client();
            Assert.Equal("Ollama is running", await client.GetStringAsync("/"));
        }
    }

    private static async Task<bool> IsAnsweredAsync(HttpClient client)
    {
        try
        {
            using var answer = await client.SendAsync(Requests.OllamaChat(stream: true));
            return answer.StatusCode == HttpStatusCode.OK && (await answer.Content.ReadAsStringAsync()).Contains("\"done\":true", StringComparison.Ordinal);
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static async Task AssertNothingIsLeftAsync(RunScript script)
    {
        Assert.Empty(script.Processes());
        Assert.Empty(script.TemporaryFiles());
        if (!script.Output.Contains("is taken", StringComparison.Ordinal))
            Assert.False(await FreePort.AnswersAsync(int.Parse(script.Port)));
    }
}
