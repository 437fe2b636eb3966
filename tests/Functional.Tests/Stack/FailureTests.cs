using System.Net;
using Dragoman.Functional.Tests.Harness;
using Xunit;

namespace Dragoman.Functional.Tests.Stack;

/// <summary>What still works when a process is gone, and how each process ends.</summary>
public class FailureTests
{
    public static TheoryData<string> Executables => ["emulator", "functions", "sidecar"];

    [Fact]
    public async Task Without_the_functions_process_streams_go_on_and_the_rest_is_a_502()
    {
        await using var stack = await DragomanStack.StartFullAsync();
        await stack.Functions!.KillAsync();

        using var streamed = await stack.Client.SendAsync(Requests.OllamaChat(stream: true));
        using var collected = await stack.Client.SendAsync(Requests.OllamaChat(stream: false));
        using var openAI = await stack.Client.SendAsync(Requests.OpenAIChat(stream: false));

        Assert.Contains("\"done\":true", await streamed.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.BadGateway, collected.StatusCode);
        Assert.NotEqual("", (await collected.JsonAsync()).GetProperty("error").GetString());
        Assert.NotEqual("", collected.RequestId());
        Assert.Equal("server_error", (await openAI.JsonAsync()).GetProperty("error").GetProperty("type").GetString());
    }

    [Fact]
    public async Task Without_the_provider_the_answer_is_an_error_and_the_processes_live_on()
    {
        await using var stack = await DragomanStack.StartFullAsync();
        await stack.Emulator.KillAsync();

        using var streamed = await stack.Client.SendAsync(Requests.OllamaChat(stream: true, "emulator/" + Requests.Model));
        using var collected = await stack.Client.SendAsync(Requests.OpenAIChat(stream: false, "emulator/" + Requests.Model));

        Assert.Equal(HttpStatusCode.BadGateway, streamed.StatusCode);
        Assert.NotEqual("", (await streamed.JsonAsync()).GetProperty("error").GetString());
        Assert.Equal(HttpStatusCode.BadGateway, collected.StatusCode);
        using var health = await stack.Client.GetAsync(new Uri("/health", UriKind.Relative));
        Assert.Equal(HttpStatusCode.OK, health.StatusCode);
    }

    [Theory]
    [MemberData(nameof(Executables))]
    public async Task Sigterm_ends_a_process_cleanly(string name)
    {
        using var directory = new ScratchDirectory();
        await using var process = await DragomanProcess.StartAsync(name, directory.Path);

        Assert.Equal(0, await process.TerminateAsync());
    }

    [Theory]
    [MemberData(nameof(Executables))]
    public async Task Sigint_ends_a_process_cleanly(string name)
    {
        using var directory = new ScratchDirectory();
        await using var process = await DragomanProcess.StartAsync(name, directory.Path);

        Assert.Equal(0, await process.InterruptAsync());
    }

    [Theory]
    [InlineData("functions", """{"providers":{"x":{"dialect":"klingon"}}}""", "/providers/x/dialect")]
    [InlineData("sidecar", """{"providers":{"x":{"dialect":"klingon"}}}""", "/providers/x/dialect")]
    [InlineData("sidecar", """{"models":{"m":{"provider":"nobody","model":"m"}}}""", "/models/m/provider")]
    public async Task A_configuration_mistake_ends_a_process_with_2_and_says_where(string name, string configuration, string place)
    {
        using var directory = new ScratchDirectory();
        await File.WriteAllTextAsync(directory.File("gateway.json"), configuration);
        await using var process = DragomanProcess.Launch(name, directory.Path);

        Assert.Equal(2, await process.ExitAsync());
        Assert.Contains("gateway.json", process.Log, StringComparison.Ordinal);
        Assert.Contains(place, process.Log, StringComparison.Ordinal);
    }
}
