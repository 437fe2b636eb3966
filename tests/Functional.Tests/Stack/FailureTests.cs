using System.Net;
using Dragoman.Functional.Tests.Harness;
using Xunit;

namespace Dragoman.Functional.Tests.Stack;

/// <summary>What still works after a process has ended, and how each process ends.</summary>
public class FailureTests
{
    public static TheoryData<string> Executables => ["emulator", "functions", "sidecar"];

    [Fact]
    public async Task Without_the_functions_process_the_sidecar_answers_everything()
    {
        await using var stack = await DragomanStack.StartFullAsync();
        await stack.Functions!.KillAsync();

        using var streamed = await stack.Client.SendAsync(Requests.OllamaChat(stream: true));
        using var collected = await stack.Client.SendAsync(Requests.OllamaChat(stream: false));
        using var openAI = await stack.Client.SendAsync(Requests.OpenAIChat(stream: false));
        using var models = await stack.Client.GetAsync(new Uri("/v1/models", UriKind.Relative));
        using var embedded = await stack.Client.SendAsync(Requests.Post("/api/embed", "{\"model\":\"mistral-embed\",\"input\":\"hi\"}"));

        Assert.Contains("\"done\":true", await streamed.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.True((await collected.JsonAsync()).GetProperty("done").GetBoolean());
        Assert.Equal(1, (await openAI.JsonAsync()).GetProperty("choices").GetArrayLength());
        Assert.NotEqual(0, (await models.JsonAsync()).GetProperty("data").GetArrayLength());
        Assert.Equal(1, (await embedded.JsonAsync()).GetProperty("embeddings").GetArrayLength());
    }

    [Fact]
    public async Task Without_any_process_the_answer_is_a_502()
    {
        await using var stack = await DragomanStack.StartFullAsync();
        await stack.Functions!.KillAsync();
        await stack.Sidecar.KillAsync();

        using var ollama = await stack.Client.SendAsync(Requests.OllamaChat(stream: false));
        using var embedded = await stack.Client.SendAsync(Requests.Post("/v1/embeddings", "{}"));

        Assert.Equal(HttpStatusCode.BadGateway, ollama.StatusCode);
        Assert.NotEqual("", (await ollama.JsonAsync()).GetProperty("error").GetString());
        Assert.NotEqual("", ollama.RequestId());
        Assert.Equal(HttpStatusCode.BadGateway, embedded.StatusCode);
        Assert.Equal("server_error", (await embedded.JsonAsync()).GetProperty("error").GetProperty("type").GetString());
    }

    [Theory]
    [InlineData("functions")]
    [InlineData("sidecar")]
    public async Task Sighup_neither_ends_a_process_nor_cuts_what_runs(string name)
    {
        using var directory = new ScratchDirectory();
        await using var emulator = await DragomanProcess.StartAsync("emulator", directory.Path);
        await using var process = await DragomanProcess.StartAsync(
            name, directory.Path, new Dictionary<string, string?> { ["DRAGOMAN_EMULATOR_URL"] = new Uri(emulator.Address, "v1").AbsoluteUri });
        using var streamed = await process.Client.SendAsync(
            Requests.OllamaChat(stream: true, "emulator/emulate-tokens-20-tps-40"), HttpCompletionOption.ResponseHeadersRead);

        for (var signal = 0; signal < 3; signal++)
            process.HangUp();

        Assert.Contains("\"done\":true", await streamed.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var ready = await process.Client.GetAsync(new Uri("/ready", UriKind.Relative));
        Assert.Equal(HttpStatusCode.OK, ready.StatusCode);
        Assert.Equal(0, await process.TerminateAsync());
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
