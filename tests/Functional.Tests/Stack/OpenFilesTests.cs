using System.Net;
using System.Text.RegularExpressions;
using Dragoman.Functional.Tests.Harness;
using Xunit;

namespace Dragoman.Functional.Tests.Stack;

[Trait("Category", "Streaming")]
public class OpenFilesTests
{
    [Fact]
    public async Task A_sidecar_that_may_open_few_files_says_what_they_are_enough_for()
    {
        using var directory = new ScratchDirectory();
        await using var sidecar = StartSidecar(directory, 1024);

        var notice = await sidecar.LineAsync(new Regex("^dragoman-sidecar: this process may open 1024 files, enough for about 609 streams at once"));

        Assert.True(notice.Success);
    }

    /// <summary>When a process runs out of descriptors, the runtime aborts, and all streams break.</summary>
    [Fact]
    public async Task More_streams_than_there_are_files_for_cost_the_others_nothing()
    {
        const int files = 400, clients = 500;
        using var directory = new ScratchDirectory();
        await using var emulator = await DragomanProcess.StartAsync("emulator", directory.Path);
        await File.WriteAllTextAsync(directory.File("gateway.json"), $$"""
            { "providers": { "emulator": { "dialect": "mistral", "baseUrl": "{{emulator.Address}}v1", "apiKey": "any", "httpVersion": "1.1" } } }
            """);
        await using var sidecar = StartSidecar(directory, files, new() { ["DRAGOMAN_CONFIG"] = directory.File("gateway.json") });
        var line = await sidecar.LineAsync(new Regex("^dragoman-sidecar listening on (.*)$"));
        using var client = PlainHttpClient.For(new Uri(line.Groups[1].Value));

        var answers = await Task.WhenAll(Enumerable.Range(0, clients).Select(_ => AskAsync(client, "emulator/emulate-tps-5-tokens-10000")));

        var streams = answers.OfType<HttpResponseMessage>().Where(answer => answer.IsSuccessStatusCode).ToList();
        var refused = answers.OfType<HttpResponseMessage>().Where(answer => !answer.IsSuccessStatusCode).ToList();
        Assert.True(streams.Count > 0 && refused.Count > 0, $"{streams.Count} streams, {refused.Count} refusals, {answers.Count(answer => answer is null)} turned away");
        foreach (var refusal in refused)
        {
            Assert.Equal((HttpStatusCode.ServiceUnavailable, "1"), (refusal.StatusCode, refusal.Headers.GetValues("retry-after").Single()));
            Assert.Contains("\"code\":\"gateway_overloaded\"", await refusal.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        await sidecar.LineAsync(new Regex($"clients are turned away: nearly all of the {files} files"));
        foreach (var stream in streams)
        {
            var reader = await stream.Content.ReadAsStreamAsync();
            Assert.True(await reader.ReadAsync(new byte[100]) > 0, "a stream ended");
        }

        foreach (var answer in answers)
            answer?.Dispose();
        await Eventually.HoldsAsync(async () =>
        {
            using var answer = await AskAsync(client, $"emulator/{Requests.Model}");
            return answer is { IsSuccessStatusCode: true } && (await answer.Content.ReadAsStringAsync()).EndsWith("data: [DONE]\n\n", StringComparison.Ordinal);
        }, () => "what the streams held was not given back");
    }

    private static RunningProcess StartSidecar(ScratchDirectory directory, int files, Dictionary<string, string?>? environment = null) => RunningProcess.Start(
        "/bin/sh",
        ["-c", $"ulimit -n {files} && exec \"$0\"", Repository.Executable("sidecar")],
        new Dictionary<string, string?>(environment ?? []) { ["DRAGOMAN_SIDECAR_PORT"] = "0", ["DRAGOMAN_DATA"] = directory.File("data") },
        directory.Path);

    /// <summary>Returns null when the connection was rejected.</summary>
    private static async Task<HttpResponseMessage?> AskAsync(HttpClient client, string model)
    {
        using var request = ClientDialect.Of("openai-chat").Ask(model, "Hello", stream: true);
        try
        {
            return await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }
}
