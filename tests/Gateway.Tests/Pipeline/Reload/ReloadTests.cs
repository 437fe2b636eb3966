using System.Diagnostics.Metrics;
using System.Net;
using System.Text;
using System.Text.Json;
using Dragoman.Access.Directory;
using Dragoman.Configuration;
using Dragoman.Gateway.Tests.Access;
using Dragoman.Gateway.Tests.Administration;
using Dragoman.Hosting;
using Dragoman.Pipeline;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Dragoman.Gateway.Tests.Pipeline.Reload;

/// <summary>A gateway whose files change while it runs.</summary>
public sealed class ReloadTests : IAsyncLifetime, IDisposable
{
    private readonly ManualTimeProvider clock = new();
    private readonly string file = Path.Combine(Directory.CreateTempSubdirectory("dragoman-reload-").FullName, "gateway.json");
    private readonly CapturedLog log = new("Dragoman.Configuration");
    private ScriptedUpstream provider = null!;
    private WebApplication app = null!;
    private HttpClient client = null!;
    private Role[] roles = [Role.Admin];
    private int connections;

    private GatewayRuntime Runtime => app.Services.GetRequiredService<GatewayRuntime>();

    public async Task InitializeAsync()
    {
        provider = await ScriptedUpstream.StartAsync();
        var seen = new HashSet<string>();
        provider.Answer = http =>
        {
            lock (seen)
            {
                if (seen.Add(http.Connection.Id))
                    connections++;
            }

            return ScriptedUpstream.WriteAsync(http, 200, "application/json", """{"id":"1","model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"hi"},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}}""");
        };
        Write();
        app = GatewayHost.Build(
            new GatewaySnapshot(ConfigurationReader.Read(file, new Dictionary<string, string>()), clock), clock, IPAddress.Loopback, 0, handsOver: true,
            new KnownCaller(_ => AdminUnderTest.Of("open", null, roles).Caller));
        app.Services.GetRequiredService<ILoggerFactory>().AddProvider(log);
        await app.StartAsync();
        client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
    }

    public void Dispose()
    {
        client.Dispose();
        log.Dispose();
    }

    public async Task DisposeAsync()
    {
        await provider.DisposeAsync();
        await clock.PassUntilAsync(app.DisposeAsync().AsTask());
        Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
    }

    [Fact]
    public async Task A_reload_changes_what_is_served_and_keeps_the_connections_of_an_unchanged_provider()
    {
        Assert.Equal((200, 404), (await ChatAsync("m"), await ChatAsync("n")));
        var before = Runtime.Snapshot;
        Write(models: """, "n": { "provider": "one", "model": "x" } """);

        var (status, answer) = await ReloadAsync();

        Assert.Equal(200, status);
        Assert.Equal("""["/models/n"]""", answer.GetProperty("changed").GetRawText());
        Assert.Equal((200, 200), (await ChatAsync("m"), await ChatAsync("n")));
        Assert.Equal(1, connections);
        Assert.True(before.IsDisposed);
        Assert.Equal("Information The configuration was read again, because an administrator has asked for it. Changed: /models/n. It took 0 ms.", await log.NextAsync());
    }

    [Fact]
    public async Task A_changed_provider_gets_new_connections()
    {
        Assert.Equal(200, await ChatAsync("m"));
        Write(provided: """, "timeouts": { "idleSeconds": 7 } """);
        var (_, answer) = await ReloadAsync();
        Assert.Equal("""["/providers/one/timeouts"]""", answer.GetProperty("changed").GetRawText());
        Assert.Equal(200, await ChatAsync("m"));
        Assert.Equal(2, connections);
    }

    [Fact]
    public async Task A_request_keeps_its_snapshot_which_ends_with_it()
    {
        var arrived = new TaskCompletionSource();
        var release = new TaskCompletionSource();
        var answer = provider.Answer;
        provider.Answer = async http =>
        {
            arrived.TrySetResult();
            await release.Task;
            await answer(http);
        };
        var before = Runtime.Snapshot;
        var chat = ChatAsync("m");
        await arrived.Task;
        Write(provided: """, "timeouts": { "idleSeconds": 7 } """, models: """, "n": { "provider": "one", "model": "x" } """);
        Assert.Equal(200, (await ReloadAsync()).Status);

        Assert.NotSame(before, Runtime.Snapshot);
        Assert.False(before.IsDisposed);
        release.SetResult();
        Assert.Equal(200, await chat);
        while (!before.IsDisposed)
            await Task.Yield();
    }

    [Fact]
    public async Task A_bad_file_changes_nothing_and_is_told_until_it_is_mended()
    {
        var bad = -1;
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter.Name == "Dragoman" && instrument.Name == "dragoman.config.bad")
                self.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<int>((_, value, _, _) => bad = Math.Max(bad, value));
        listener.Start();
        await File.WriteAllTextAsync(file, """{ "surprise": 1, "limits": { "requestBytes": 0 } }""");

        var (status, problem) = await ReloadAsync();

        Assert.Equal((422, "urn:dragoman:problem:configuration"), (status, problem.GetProperty("type").GetString()));
        Assert.Equal(file, problem.GetProperty("errors")[0].GetProperty("source").GetString());
        Assert.StartsWith("/surprise is not known; allowed: ", problem.GetProperty("errors")[0].GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.StartsWith("Error The configuration was read again, because an administrator has asked for it, but it has mistakes. The one before stays in force. " + file, await log.NextAsync(), StringComparison.Ordinal);
        Assert.Equal(200, await ChatAsync("m"));
        Assert.Equal("""{"status":"ready","configuration":"bad"}""", await client.GetStringAsync("/ready"));
        listener.RecordObservableInstruments();
        Assert.Equal(1, bad);
        Assert.Equal(2, (await ShowAsync()).GetProperty("mistakes").GetArrayLength());
        var reminder = log.NextAsync();
        await clock.PassUntilAsync(reminder, TimeSpan.FromSeconds(1));
        Assert.StartsWith("Error The configuration on disk has had mistakes since 2026-01-02T03:04:", await reminder, StringComparison.Ordinal);
        Write();
        Assert.Equal(200, (await ReloadAsync()).Status);
        Assert.Equal("""{"status":"ready"}""", await client.GetStringAsync("/ready"));
    }

    /// <summary>The files of the configuration stay the same, so that nothing but another read finds out.</summary>
    [Fact]
    public async Task A_secrets_file_that_comes_back_mends_the_configuration_by_itself()
    {
        var secret = Path.Combine(Path.GetDirectoryName(file)!, "key");
        Write(rest: $$""", "access": { "adminKey": "file:{{secret}}" } """);
        Assert.Equal(422, (await ReloadAsync()).Status);
        await log.NextAsync();
        await File.WriteAllTextAsync(secret, "sentinel-of-the-administrator-who-is-back");
        var mended = log.NextAsync();
        await clock.PassUntilAsync(mended, TimeSpan.FromSeconds(1));
        Assert.StartsWith("Information The configuration was read again, because it had mistakes. Changed: /access/adminKey. ", await mended, StringComparison.Ordinal);
        Assert.Equal("""{"status":"ready"}""", await client.GetStringAsync("/ready"));
    }

    [Fact]
    public async Task A_provider_whose_key_is_in_a_file_keeps_its_connections_while_the_file_is_written()
    {
        var secret = Path.Combine(Path.GetDirectoryName(file)!, "key");
        await File.WriteAllTextAsync(secret, "sentinel-secret");
        await File.WriteAllTextAsync(file, $$"""{ "providers": { "one": { "dialect": "mistral", "baseUrl": "{{provider.BaseUrl}}", "apiKey": "file:{{secret}}" } }, "models": { "m": { "provider": "one", "model": "x" } } }""");
        Assert.Equal(200, (await ReloadAsync()).Status);
        var before = Runtime.Snapshot.Providers.Single();
        await File.WriteAllTextAsync(secret, "sentinel-sec");
        Assert.Equal(200, (await ReloadAsync()).Status);
        Assert.Same(before, Runtime.Snapshot.Providers.Single());
    }

    [Fact]
    public async Task A_secret_that_a_reload_finds_in_the_configuration_is_told_once()
    {
        Write(rest: """, "access": { "adminKey": "sentinel-of-an-administrator-with-a-long-key" } """);
        await ReloadAsync();
        await log.NextAsync();
        Assert.Equal("Warning /access/adminKey is a secret in the configuration itself; env:NAME, file:PATH or keyvault:NAME keeps it elsewhere.", await log.NextAsync());
        await ReloadAsync();
        Assert.StartsWith("Information The configuration was read again", await log.NextAsync(), StringComparison.Ordinal);
        Write();
        await ReloadAsync();
        Assert.StartsWith("Information The configuration was read again", await log.NextAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_storm_of_reloads_is_answered_by_a_few_reads()
    {
        var storm = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => Runtime.Reload!.RunAsync("a test asks", CancellationToken.None)));
        Assert.All(storm, static result => Assert.Empty(result.Mistakes));
        Assert.InRange(storm.Distinct(ReferenceEqualityComparer.Instance).Count(), 1, 20);
        Write(models: """, "n": { "provider": "one", "model": "x" } """);
        Assert.Equal(["/models/n"], (await Runtime.Reload!.RunAsync("a test asks", CancellationToken.None)).Changes);
    }

    [Fact]
    public async Task What_needs_a_restart_stays_and_is_told()
    {
        Write(rest: """, "access": { "mode": "keys", "hosts": ["a.test"], "adminPort": 5082 }, "limits": { "memoryBytes": 999999999, "requestBytes": 5000, "stalledClientSeconds": 30 } """);

        var (status, answer) = await ReloadAsync();

        Assert.Equal(200, status);
        Assert.Equal("""["/access/mode","/access/adminPort","/limits/memoryBytes"]""", answer.GetProperty("needsRestart").GetRawText());
        Assert.Equal("""["/access/hosts","/limits/requestBytes","/limits/stalledClientSeconds"]""", answer.GetProperty("changed").GetRawText());
        await log.NextAsync();
        Assert.Equal("Warning Only a restart changes these settings, which stay as they are: /access/mode, /access/adminPort, /limits/memoryBytes.", await log.NextAsync());
        var configuration = Runtime.Snapshot.Configuration;
        Assert.Equal((AccessMode.Open, null, null, 5000), (configuration.Access.Mode, configuration.Access.AdminPort, configuration.Limits.MemoryBytes, configuration.Limits.RequestBytes));
        Assert.Equal(TimeSpan.FromSeconds(30), app.Services.GetRequiredService<IOptions<KestrelServerOptions>>().Value.Limits.MinResponseDataRate!.GracePeriod);
        Assert.Equal("""["/access/mode","/access/adminPort","/limits/memoryBytes"]""", (await ShowAsync()).GetProperty("needsRestart").GetRawText());
        Write();
        Assert.Equal("[]", (await ReloadAsync()).Answer.GetProperty("needsRestart").GetRawText());
    }

    [Fact]
    public async Task A_changed_file_is_read_by_itself_when_it_is_not_written_any_more()
    {
        var reloaded = log.NextAsync();
        Write(models: """, "n": { "provider": "one", "model": "x" } """);
        await clock.PassUntilAsync(reloaded, TimeSpan.FromSeconds(1));
        Assert.StartsWith("Information The configuration was read again, because its files have changed. Changed: /models/n. ", await reloaded, StringComparison.Ordinal);
        Assert.Equal(200, await ChatAsync("n"));
        Directory.CreateDirectory(Path.Combine(Path.GetDirectoryName(file)!, "gateway.d"));
        reloaded = log.NextAsync();
        await File.WriteAllTextAsync(Path.Combine(Path.GetDirectoryName(file)!, "gateway.d", "1.json"), """{ "models": { "o": { "provider": "one", "model": "x" } } }""");
        await clock.PassUntilAsync(reloaded, TimeSpan.FromSeconds(1));
        Assert.Contains("Changed: /models/o. ", await reloaded, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_administration_shows_what_is_in_force()
    {
        var values = (await ShowAsync()).GetProperty("values").EnumerateArray().ToDictionary(static each => each.GetProperty("pointer").GetString()!);
        Assert.Equal("***", values["/providers/one/apiKey"].GetProperty("value").GetString());
        Assert.Equal(("file", file), (values["/models/m/provider"].GetProperty("origin").GetProperty("kind").GetString(), values["/models/m/provider"].GetProperty("origin").GetProperty("name").GetString()));
        Assert.Equal("default", values["/access/mode"].GetProperty("origin").GetProperty("kind").GetString());
    }

    [Theory]
    [InlineData(Role.Auditor)]
    [InlineData(Role.Lead)]
    [InlineData(null)]
    public async Task Only_an_administrator_may_see_or_reload_it(Role? role)
    {
        roles = role is { } only ? [only] : [];
        using var shown = await client.GetAsync("/dragoman/config");
        Assert.Equal((HttpStatusCode.Forbidden, 403), (shown.StatusCode, (await ReloadAsync()).Status));
    }

    private async Task<int> ChatAsync(string model)
    {
        using var answer = await client.PostAsync("/v1/chat/completions", new StringContent($$"""{"model":"{{model}}","messages":[{"role":"user","content":"hi"}]}""", Encoding.UTF8, "application/json"));
        return (int)answer.StatusCode;
    }

    private async Task<(int Status, JsonElement Answer)> ReloadAsync()
    {
        using var answer = await client.PostAsync("/dragoman/config/reload", null);
        return ((int)answer.StatusCode, GatewayUnderTest.Json(await answer.Content.ReadAsStringAsync()));
    }

    private async Task<JsonElement> ShowAsync() => GatewayUnderTest.Json(await client.GetStringAsync("/dragoman/config"));

    private void Write(string provided = "", string models = "", string rest = "") => File.WriteAllText(
        file,
        $$"""
        {
          "providers": { "one": { "dialect": "mistral", "baseUrl": "{{provider.BaseUrl}}", "apiKey": "sentinel-secret"{{provided}} } },
          "models": { "m": { "provider": "one", "model": "x" }{{models}} }{{rest}}
        }
        """);
}
