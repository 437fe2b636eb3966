using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Dragoman.Functional.Tests.Harness;
using Dragoman.FunctionsHost;
using Xunit;

namespace Dragoman.Functional.Tests.FunctionsHost;

/// <summary>The start, the end and the death of an isolated worker and of its host (specs/functions-worker.md 3).</summary>
public sealed partial class WorkerLifeTests : IDisposable
{
    private readonly ScratchDirectory home = new();

    public void Dispose() => home.Dispose();

    [Fact]
    public async Task A_worker_that_is_told_to_end_leaves_with_0_and_nothing_in_the_home_directory()
    {
        await using var provider = await WorkerDeployment.StartProviderAsync(WorkerDeployment.AnswerWholeAsync);
        await using var host = await WorkerHost.StartAsync(IsolatedApp.In(home.Path, WorkerDeployment.EnvironmentFor(provider)));
        using var client = PlainHttpClient.For(host.Address);
        foreach (var dialect in Dialect.All)
        {
            using var answer = await client.SendAsync(dialect.Request(WorkerDeployment.Model, stream: false));
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }

        // Without WEBSITE_HOSTNAME, as on a developer's machine, the name of an app in Azure is foreign.
        using var foreign = new HttpRequestMessage(HttpMethod.Get, "/api/version");
        foreign.Headers.Host = WorkerDeployment.HostName;
        using (var refusal = await client.SendAsync(foreign))
            Assert.Equal(HttpStatusCode.Forbidden, refusal.StatusCode);

        var (exitCode, _) = await host.TerminateAsync();

        Assert.Equal(0, exitCode);
        Assert.Empty(Directory.EnumerateFileSystemEntries(home.Path, "*", new EnumerationOptions { AttributesToSkip = 0, RecurseSubdirectories = true }));
    }

    [Fact]
    public async Task What_runs_when_the_host_ends_the_worker_gets_an_error_of_its_dialect_and_is_settled()
    {
        await using var provider = await WorkerDeployment.StartProviderAsync(WorkerDeployment.AnswerHalf());
        await using var host = await WorkerHost.StartAsync(IsolatedApp.In(home.Path, WorkerDeployment.EnvironmentFor(provider)));
        using var client = PlainHttpClient.For(host.Address);
        var streams = new List<StreamReader>();
        foreach (var dialect in Dialect.All)
        {
            var answer = await client.SendAsync(dialect.Request(WorkerDeployment.Model, stream: true), HttpCompletionOption.ResponseHeadersRead);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            var reader = new StreamReader(await answer.Content.ReadAsStreamAsync());
            await WorkerDeployment.ReadUntilAsync(reader, "half");
            streams.Add(reader);
        }

        var ending = host.TerminateAsync();

        await Eventually.HoldsAsync(
            async () =>
            {
                using var ready = await client.GetAsync(new Uri("/ready", UriKind.Relative));
                return ready.StatusCode == HttpStatusCode.ServiceUnavailable;
            },
            () => "it stays ready");
        foreach (var (dialect, reader) in Dialect.All.Zip(streams))
        {
            var rest = await reader.ReadToEndAsync().WaitAsync(Eventually.Deadline);
            Assert.True(dialect.EndsWithError(rest), rest);
            Assert.Contains("restarting", rest, StringComparison.Ordinal);
            reader.Dispose();
        }

        var (exitCode, time) = await ending;
        Assert.Empty(host.Failures);
        Assert.Equal(0, exitCode);
        Assert.InRange(time, TimeSpan.Zero, WorkerHost.Grace);
        Assert.Equal(Dialect.All.Count, host.Lines.Count(line => line.Contains("settled ", StringComparison.Ordinal) && line.Contains(" Failed ", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_worker_that_was_killed_is_started_again()
    {
        await using var provider = await WorkerDeployment.StartProviderAsync(WorkerDeployment.AnswerWholeAsync);
        await using var host = await WorkerHost.StartAsync(IsolatedApp.In(home.Path, WorkerDeployment.EnvironmentFor(provider)));
        using var client = PlainHttpClient.For(host.Address);
        var first = host.WorkerProcessId;

        using (var worker = Process.GetProcessById(first))
            worker.Kill();

        await Eventually.HoldsAsync(() => host.WorkerCount == 2, () => "there is no second worker");
        using var answer = await client.SendAsync(Dialect.Of("ollama").Request(WorkerDeployment.Model, stream: false));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.NotEqual(first, host.WorkerProcessId);
    }

    [Fact]
    public async Task A_worker_whose_host_has_died_ends()
    {
        await using var host = RunningProcess.Start(
            IsolatedApp.HostProgram, [IsolatedApp.Folder], new Dictionary<string, string?> { ["HOME"] = home.Path, ["DOTNET_EnableDiagnostics"] = "0" });
        var line = await host.LineAsync(Listening());
        var worker = int.Parse(line.Groups["worker"].Value, CultureInfo.InvariantCulture);
        Assert.True(IsRunning(worker));

        await host.KillAsync();

        await Eventually.HoldsAsync(() => !IsRunning(worker), () => $"worker {worker} is an orphan", TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task A_mistake_in_the_configuration_ends_the_worker_with_2()
    {
        var ended = await Assert.ThrowsAsync<WorkerEndedException>(() => WorkerHost.StartAsync(IsolatedApp.In(home.Path, new Dictionary<string, string?> { ["DRAGOMAN__limit__requestBytes"] = "1" })));

        Assert.Equal(2, ended.ExitCode);
        Assert.Contains("dragoman-functions: environment variable DRAGOMAN__limit__requestBytes: /limit is not known (did you mean limits?)", ended.Message, StringComparison.Ordinal);
    }

    /// <summary>Whether there is such a process. One that has ended, but that nobody has waited for, does not count.</summary>
    private static bool IsRunning(int process)
    {
        try
        {
            return !File.ReadAllText($"/proc/{process}/stat").Split(") ")[^1].StartsWith('Z');
        }
        catch (IOException)
        {
            return false;
        }
    }

    [GeneratedRegex("^dragoman-functions-host listening on (?<address>[^ ]+), its worker is (?<worker>[0-9]+)$")]
    private static partial Regex Listening();
}
