using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using Dragoman.Functional.Tests.Harness;
using Xunit;

namespace Dragoman.Functional.Tests.Stack;

/// <summary>Real processes whose configuration changes while they serve.</summary>
public sealed class ReloadTests : IAsyncLifetime, IDisposable
{
    private const string AdminKey = "0123456789abcdef";

    private readonly ScratchDirectory directory = new();
    private DragomanProcess emulator = null!;

    public static TheoryData<string> Hosts => ["sidecar", "functions"];

    public async Task InitializeAsync()
    {
        emulator = await DragomanProcess.StartAsync("emulator", directory.Path);
        Write();
    }

    public async Task DisposeAsync() => await emulator.DisposeAsync();

    public void Dispose() => directory.Dispose();

    [Theory]
    [MemberData(nameof(Hosts))]
    public async Task Under_load_a_changed_file_is_live_soon_and_no_request_fails(string host)
    {
        await using var process = await StartAsync(host);
        using var end = new CancellationTokenSource();
        var statuses = Enumerable.Range(0, 4).Select(_ => LoadAsync(process, end.Token)).ToList();
        for (var version = 0; version < 3; version++)
        {
            Assert.Equal(HttpStatusCode.NotFound, await ChatAsync(process, $"new-{version}"));
            Write($$""", "new-{{version}}": { "provider": "emulator", "model": "mistral-small-latest" } """, idleSeconds: 100 + version);
            var waited = Stopwatch.StartNew();
            var name = $"new-{version}";
            await Eventually.HoldsAsync(async () => await ChatAsync(process, name) == HttpStatusCode.OK, () => "the new model was not found");
            Assert.True(waited.Elapsed < TimeSpan.FromSeconds(10), $"it took {waited.Elapsed}");
        }

        await end.CancelAsync();
        foreach (var each in statuses)
            Assert.Equal([HttpStatusCode.OK], (await each).Distinct());
    }

    [Theory]
    [MemberData(nameof(Hosts))]
    public async Task After_SIGHUP_the_configuration_is_read_at_once(string host)
    {
        await using var process = await StartAsync(host);
        Write(""", "new": { "provider": "emulator", "model": "mistral-small-latest" } """);
        process.HangUp();
        await Eventually.HoldsAsync(() => process.Log.Contains("because the process got SIGHUP. Changed: /models/new.", StringComparison.Ordinal), () => process.Log);
        Assert.Equal(HttpStatusCode.OK, await ChatAsync(process, "new"));
        Assert.Equal(0, await process.TerminateAsync());
    }

    [Fact]
    public async Task A_stream_ends_well_on_its_old_provider()
    {
        await using var process = await StartAsync("sidecar");
        using var answer = await process.Client.SendAsync(Requests.OpenAIChat(stream: true, "emulator/emulate-tokens-60-tps-20"), HttpCompletionOption.ResponseHeadersRead);
        await using var stream = await answer.Content.ReadAsStreamAsync();
        using var reader = new StreamReader(stream);
        Assert.NotNull(await reader.ReadLineAsync());

        // The provider is another one now, at an address where nobody answers.
        await File.WriteAllTextAsync(directory.File("gateway.json"), """{ "providers": { "emulator": { "dialect": "mistral", "baseUrl": "http://127.0.0.1:9/v1" } } }""");
        process.HangUp();
        await Eventually.HoldsAsync(() => process.Log.Contains("Changed: ", StringComparison.Ordinal), () => process.Log);

        Assert.Equal(HttpStatusCode.BadGateway, await ChatAsync(process, "emulator/m"));
        var rest = await reader.ReadToEndAsync();
        Assert.Contains("data: [DONE]", rest, StringComparison.Ordinal);
        Assert.DoesNotContain("error", rest, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bad_file_keeps_what_is_served_and_is_told()
    {
        await using var process = await StartAsync("sidecar");
        await File.WriteAllTextAsync(directory.File("gateway.json"), """{ "providers": { """);
        await Eventually.HoldsAsync(async () => await process.Client.GetStringAsync("/ready") == """{"status":"ready","configuration":"bad"}""", () => process.Log);
        Assert.Equal(HttpStatusCode.OK, await ChatAsync(process, "m"));
        Assert.Contains("gateway.json: is not valid JSON at line 1, byte ", process.Log, StringComparison.Ordinal);
        Write();
        await Eventually.HoldsAsync(async () => await process.Client.GetStringAsync("/ready") == """{"status":"ready"}""", () => process.Log);
    }

    [Theory]
    [MemberData(nameof(Hosts))]
    public async Task An_administrator_reloads_and_sees_what_is_in_force(string host)
    {
        const string access = """, "access": { "mode": "keys", "adminKey": "env:ADMIN" } """;
        Write(rest: access);
        await using var process = await StartAsync(host);
        Write(models: """, "new": { "provider": "emulator", "model": "x" } """, rest: access);

        using var reload = await AdministrateAsync(process, HttpMethod.Post, "/dragoman/config/reload");
        using var shown = await AdministrateAsync(process, HttpMethod.Get, "/dragoman/config");

        Assert.Equal(HttpStatusCode.OK, reload.StatusCode);
        Assert.Equal("""["/models/new"]""", (await reload.JsonAsync()).GetProperty("changed").GetRawText());
        Assert.Contains("/models/new/model", await shown.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.DoesNotContain(AdminKey, await shown.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        await File.WriteAllTextAsync(directory.File("gateway.json"), """{ "colour": 1 }""");
        using var refused = await AdministrateAsync(process, HttpMethod.Post, "/dragoman/config/reload");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.StatusCode);
        Assert.Contains("/colour is not known", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private static async Task<List<HttpStatusCode>> LoadAsync(DragomanProcess process, CancellationToken end)
    {
        var statuses = new List<HttpStatusCode>();
        while (!end.IsCancellationRequested)
            statuses.Add(await ChatAsync(process, "m"));
        return statuses;
    }

    private static async Task<HttpStatusCode> ChatAsync(DragomanProcess process, string model)
    {
        using var answer = await process.Client.SendAsync(Requests.OpenAIChat(stream: false, model));
        _ = await answer.Content.ReadAsByteArrayAsync();
        return answer.StatusCode;
    }

    private static Task<HttpResponseMessage> AdministrateAsync(DragomanProcess process, HttpMethod method, string path)
    {
        var request = new HttpRequestMessage(method, path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", AdminKey);
        return process.Client.SendAsync(request);
    }

    private Task<DragomanProcess> StartAsync(string host) => DragomanProcess.StartAsync(host, directory.Path, new Dictionary<string, string?> { ["ADMIN"] = AdminKey });

    private void Write(string models = "", string rest = "", int idleSeconds = 120) => File.WriteAllText(
        directory.File("gateway.json"),
        $$"""
        {
          "providers": { "emulator": { "dialect": "mistral", "baseUrl": "{{new Uri(emulator.Address, "v1")}}", "apiKey": "emulator", "timeouts": { "idleSeconds": {{idleSeconds}} } } },
          "models": { "m": { "provider": "emulator", "model": "mistral-small-latest" }{{models}} }{{rest}}
        }
        """);
}
