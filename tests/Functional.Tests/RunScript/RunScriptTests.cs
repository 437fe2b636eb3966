using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Dragoman.Functional.Tests.Harness;
using Xunit;

namespace Dragoman.Functional.Tests.RunScript;

public class RunScriptTests
{
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

        // The runtime's sockets for debuggers, which would be in its temporary directory.
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

    [Theory]
    [InlineData("dragoman-sidecar")]
    [InlineData("dragoman-emulator")]
    public async Task A_child_that_dies_takes_the_rest_down(string child)
    {
        await using var script = await RunScript.StartAsync();

        script.KillChild(child);

        Assert.NotEqual(0, await script.ExitAsync());
        var name = child.Split('-')[1];
        Assert.Contains($"the last lines of {name}:", script.Output, StringComparison.Ordinal);
        Assert.Contains($"{name} ended by itself with exit code 137", script.Output, StringComparison.Ordinal);
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

        Assert.Contains("Models: Mistral (MISTRAL_API_KEY).", script.Output, StringComparison.Ordinal);
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

    private static async Task AssertNothingIsLeftAsync(RunScript script)
    {
        Assert.Empty(script.Processes());
        Assert.Empty(script.TemporaryFiles());
        if (!script.Output.Contains("is taken", StringComparison.Ordinal))
            Assert.False(await FreePort.AnswersAsync(int.Parse(script.Port)));
    }
}
