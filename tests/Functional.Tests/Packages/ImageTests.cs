using System.Net;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using Dragoman.Functional.Tests.FunctionsHost;
using Dragoman.Functional.Tests.Harness;
using Xunit;

namespace Dragoman.Functional.Tests.Packages;

/// <summary>The images, each as its Dockerfile assembles it, without an engine and without their base images.</summary>
[Collection(PackedCollection.Name)]
public sealed class ImageTests(PackedProduct packed) : IDisposable
{
    private const string AdminKey = "an-administrators-key-for-tests";

    /// <summary>What the front's scripts and nginx are.</summary>
    private static readonly string[] BaseOfFront = ["sh", "nginx", "sed", "mkdir", "dirname", "basename", "getconf", "printenv", "tr", "cat", "grep"];

    private readonly ScratchDirectory data = new();

    public void Dispose() => data.Dispose();

    [AsOtherUserFact]
    public async Task The_images_of_compose_yaml_serve_a_request_together()
    {
        await OwnAsync(data.Path);
        await using var provider = await WorkerDeployment.StartProviderAsync(WorkerDeployment.AnswerWholeAsync);
        using var sidecarRoot = await GatewayAsync("sidecar");
        using var functionsRoot = await GatewayAsync("functions");
        using var frontRoot = await ImageRoot.AssembleAsync("front", packed.Image("front"), data.Path, BaseOfFront);
        var ofSidecar = VariablesFor("sidecar", provider);
        var ofFunctions = VariablesFor("functions", provider);
        await using var sidecar = sidecarRoot.Start(ofSidecar);
        await ListensAsync(sidecar, "sidecar", ofSidecar);
        await using var functions = functionsRoot.Start(ofFunctions);
        await ListensAsync(functions, "functions", ofFunctions);
        var port = FreePort.Find();
        await using var front = frontRoot.Start(new Dictionary<string, string?>
        {
            ["DRAGOMAN_NGINX_LISTEN"] = $"0.0.0.0:{port}",
            ["DRAGOMAN_SIDECAR"] = $"127.0.0.1:{ofSidecar["DRAGOMAN_SIDECAR_PORT"]}",
            ["DRAGOMAN_FUNCTIONS"] = $"127.0.0.1:{ofFunctions["FUNCTIONS_CUSTOMHANDLER_PORT"]}",
            ["DRAGOMAN__access__mode"] = "keys",
            ["DRAGOMAN_WORKERS"] = "1",
            // An engine makes the user the owner of its output, and the tests do not.
            ["DRAGOMAN_ACCESS_LOG"] = "/tmp/access.log",
        });
        await Eventually.HoldsAsync(async () => front.HasExited || await FreePort.AnswersAsync(port), () => $"nginx did not answer:\n{front.Log}");
        using var client = PlainHttpClient.For(new Uri($"http://127.0.0.1:{port}"));

        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", AdminKey);
        await client.SendAsync(Requests.Post("/dragoman/teams", """{"id":"web"}"""));
        using var made = await client.SendAsync(Requests.Post("/dragoman/keys", """{"team":"web"}"""));
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", (await made.JsonAsync()).GetProperty("key").GetString());
        using var ready = await client.GetAsync(new Uri("/ready", UriKind.Relative));
        using var answer = await client.SendAsync(Requests.Post("/v1/chat/completions", """{"model":"held/any","messages":[{"role":"user","content":"hi"}]}"""));

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (ready.StatusCode, answer.StatusCode));
        Assert.Contains("whole", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal((0, 0, 0), (await front.TerminateAsync(), await functions.TerminateAsync(), await sidecar.TerminateAsync()));
    }

    [AsOtherUserFact]
    public Task The_sidecars_health_check_tells_whether_it_serves() => AssertHealthAsync("sidecar");

    [AsOtherUserFact]
    public Task The_functions_health_check_tells_whether_they_serve() => AssertHealthAsync("functions");

    [AsOtherUserFact]
    public async Task The_command_line_runs_in_its_image()
    {
        using var root = await ImageRoot.AssembleAsync("cli", packed.Image("cli"), data.Path);

        await using var process = root.Launch(["/opt/dragoman/dragoman", "--version"], new Dictionary<string, string?>());

        Assert.Equal(0, await process.ExitAsync());
    }

    private async Task AssertHealthAsync(string name)
    {
        await OwnAsync(data.Path);
        await using var provider = await WorkerDeployment.StartProviderAsync(WorkerDeployment.AnswerWholeAsync);
        using var root = await GatewayAsync(name);
        var variables = VariablesFor(name, provider);
        var before = await root.AskForHealthAsync(variables);
        await using var process = root.Start(variables);
        await ListensAsync(process, name, variables);

        Assert.Equal((0, ""), await root.AskForHealthAsync(variables));
        Assert.Contains($"Uid:\t1654\t1654\t1654\t1654", await File.ReadAllTextAsync($"/proc/{process.Id}/status"), StringComparison.Ordinal);
        Assert.Equal(1, before.ExitCode);
        Assert.Contains("/ready cannot be reached: ", before.Output, StringComparison.Ordinal);
        Assert.Equal(0, await process.TerminateAsync());
    }

    /// <summary>The file system of the sidecar or the functions, with the configuration of compose.yaml and its secrets.</summary>
    private async Task<ImageRoot> GatewayAsync(string name)
    {
        var root = await ImageRoot.AssembleAsync(name, packed.Image(name), data.Path);
        root.Mount("/etc/dragoman/gateway.json", await File.ReadAllTextAsync(Path.Combine(Repository.Root, "infra/containers/gateway.json")));
        root.Mount("/run/secrets/admin-key", AdminKey);
        root.Mount("/run/secrets/mistral-key", "not-used-in-tests");
        // In place of PostgreSQL.
        root.Mount("/run/secrets/store-connection", "sqlite:/data/dragoman.db");
        return root;
    }

    private static Dictionary<string, string?> VariablesFor(string name, RecordingUpstream provider)
    {
        var variables = WorkerDeployment.EnvironmentFor(provider);
        variables[DragomanProcess.PortVariable(name)] = $"{FreePort.Find()}";
        return variables;
    }

    private static Task<Match> ListensAsync(RunningProcess process, string name, Dictionary<string, string?> variables) =>
        process.LineAsync(new Regex($@"^dragoman-{name} listening on http://0\.0\.0\.0:{variables[DragomanProcess.PortVariable(name)]}$"));

    /// <summary>A volume belongs to the image's user, because the folder in the image does.</summary>
    private static async Task OwnAsync(string folder)
    {
        var (exitCode, output) = await RunningProcess.RunAsync("chown", [$"{Dockerfile.Read("sidecar").Copies.Single(copy => copy.Target == "/data/").Owner}", folder]);
        Assert.True(exitCode == 0, output);
    }
}
