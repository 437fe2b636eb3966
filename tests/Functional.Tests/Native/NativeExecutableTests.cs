using System.Net;
using System.Text.Json;
using Dragoman.Functional.Tests.Harness;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Dragoman.Functional.Tests.Native;

/// <summary>
/// The executables as <c>publish.sh</c> writes them, end to end. A part of the code that reads types at run time works in a build
/// and fails here.
/// </summary>
public sealed class NativeExecutableTests(NativeDeployment deployment) : IClassFixture<NativeDeployment>
{
    private const string Tool = """{"type":"function","function":{"name":"get_weather","parameters":{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}}}""";
    private const string Schema = """{"type":"object","properties":{"city":{"type":"string"},"count":{"type":"integer"}},"required":["city","count"],"additionalProperties":false}""";

    private readonly DragomanStack stack = deployment.Stack;

    public static TheoryData<string> Executables => ["emulator", "functions", "sidecar"];

    public static TheoryData<string, string, bool> Answers
    {
        get
        {
            var answers = new TheoryData<string, string, bool>();
            foreach (var client in ClientDialect.All)
            {
                foreach (var provider in ProviderDialect.All)
                {
                    answers.Add(client.Name, provider.Name, true);
                    answers.Add(client.Name, provider.Name, false);
                }
            }

            return answers;
        }
    }

    public static TheoryData<string> Providers => [.. ProviderDialect.All.Select(provider => provider.Name)];

    [Theory]
    [MemberData(nameof(Answers))]
    public async Task Every_client_gets_an_answer_of_every_provider(string client, string provider, bool stream)
    {
        var dialect = ClientDialect.Of(client);
        using var answer = await stack.Client.SendAsync(dialect.Ask($"{provider}/{ProviderDialect.Of(provider).Model}", "Hello", stream));
        var text = await answer.Content.ReadAsStringAsync();
        Assert.Equal(Ending.Good, dialect.Judge(new ClientAnswer((int)answer.StatusCode, answer.RequestId(), text), stream).Ending);
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task A_tool_is_called_and_its_result_is_read(string provider)
    {
        var model = $"{provider}/{ProviderDialect.Of(provider).Model}";
        const string question = """{"role":"user","content":"Weather in Paris?"}""";
        using var asked = await stack.Client.SendAsync(Requests.Post(
            "/v1/chat/completions", $$"""{"model":"{{model}}","tools":[{{Tool}}],"tool_choice":"required","messages":[{{question}}]}"""));
        var call = (await asked.JsonAsync()).GetProperty("choices")[0].GetProperty("message").GetProperty("tool_calls")[0];
        Assert.Equal("get_weather", call.GetProperty("function").GetProperty("name").GetString());
        Assert.Equal(JsonValueKind.Object, JsonSerializer.Deserialize<JsonElement>(call.GetProperty("function").GetProperty("arguments").GetString()!).ValueKind);

        using var answer = await stack.Client.SendAsync(Requests.Post(
            "/v1/chat/completions",
            $$"""{"model":"{{model}}","tools":[{{Tool}}],"messages":[{{question}},{"role":"assistant","tool_calls":[{{call}}]},{"role":"tool","tool_call_id":{{call.GetProperty("id").GetRawText()}},"content":"sunny"}]}"""));
        Assert.Equal("stop", (await answer.JsonAsync()).GetProperty("choices")[0].GetProperty("finish_reason").GetString());
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task An_answer_has_the_form_of_a_schema(string provider)
    {
        using var answer = await stack.Client.SendAsync(Requests.Post(
            "/api/chat", $$"""{"model":"{{provider}}/{{ProviderDialect.Of(provider).Model}}","stream":false,"format":{{Schema}},"messages":[{"role":"user","content":"A city, and a number"}]}"""));
        var content = JsonSerializer.Deserialize<JsonElement>((await answer.JsonAsync()).GetProperty("message").GetProperty("content").GetString()!);
        Assert.Equal((JsonValueKind.String, JsonValueKind.Number), (content.GetProperty("city").ValueKind, content.GetProperty("count").ValueKind));
    }

    [Theory]
    [InlineData("/api/tags", "models")]
    [InlineData("/api/ps", "models")]
    [InlineData("/api/version", "version")]
    [InlineData("/v1/models", "data")]
    [InlineData("/openapi.json", "paths")]
    [InlineData("/ready", "status")]
    public async Task What_needs_no_model_is_answered(string path, string member)
    {
        using var answer = await stack.Client.GetAsync(new Uri(path, UriKind.Relative));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.True((await answer.JsonAsync()).TryGetProperty(member, out _));
    }

    [Fact]
    public async Task Texts_are_embedded()
    {
        using var answer = await stack.Client.SendAsync(Requests.Post("/api/embed", """{"model":"mistral/mistral-embed","input":["a","b"]}"""));
        Assert.Equal(2, (await answer.JsonAsync()).GetProperty("embeddings").GetArrayLength());
    }

    [Fact]
    public async Task A_WebSocket_is_served()
    {
        using var client = await SocketClient.ConnectAsync(stack.Door.Address, SocketDialect.Responses.Path);
        await client.SendAsync(SocketDialect.Responses.Ask("mistral/mistral-small-latest", "Hello"));
        Assert.NotEmpty(await client.ReceiveUntilAsync(SocketDialect.Responses.IsGoodEnd));
        await client.CloseAsync();
    }

    [Fact]
    public async Task A_mistake_is_reported_in_the_clients_dialect()
    {
        using var answer = await stack.Client.SendAsync(Requests.Post("/v1/messages", """{"model":"none/such","max_tokens":"many"}"""));
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal("invalid_request_error", (await answer.JsonAsync()).GetProperty("error").GetProperty("type").GetString());
    }

    /// <summary>The client libraries of Azure are not ours, so their native code is tested too; App Service's endpoint stands for all sources.</summary>
    [Fact]
    public async Task A_token_of_a_managed_identity_reaches_Azure()
    {
        var expires = DateTimeOffset.UtcNow.AddDays(1).ToUnixTimeSeconds();
        await using var identity = await RecordingUpstream.StartAsync("identity", http =>
        {
            http.Response.ContentType = "application/json";
            return http.Response.WriteAsync($$"""{"access_token":"token-of-the-identity","expires_on":"{{expires}}","resource":"any","token_type":"Bearer"}""");
        });
        await using var azure = await RecordingUpstream.StartAsync("azure", http => http.Response.WriteAsync("{}"));
        using var directory = new ScratchDirectory();
        await File.WriteAllTextAsync(directory.File("gateway.json"), $$"""{ "providers": { "azure": { "dialect": "azure-openai", "baseUrl": "http://{{azure.Authority}}/openai/v1" } } }""");
        await using var sidecar = await DragomanProcess.StartAsync(
            "sidecar",
            directory.Path,
            new Dictionary<string, string?>
            {
                ["DRAGOMAN_CONFIG"] = directory.File("gateway.json"),
                ["IDENTITY_ENDPOINT"] = $"http://{identity.Authority}/msi/token",
                ["IDENTITY_HEADER"] = "any",
            },
            [Repository.NativeExecutable("sidecar")]);

        using var answer = await sidecar.Client.SendAsync(Requests.OpenAIChat(stream: false, "azure/gpt-4.1"));

        Assert.Contains("resource=", Assert.Single(identity.Requests).RawTarget, StringComparison.Ordinal);
        Assert.Equal("Bearer token-of-the-identity", Assert.Single(azure.Requests).Headers["Authorization"]);
    }

    [Fact]
    public async Task A_wrong_configuration_ends_the_process_with_its_mistakes()
    {
        using var directory = new ScratchDirectory();
        await File.WriteAllTextAsync(directory.File("gateway.json"), """{"limits":{"requestBytes":"x"},"surprise":1}""");
        foreach (var name in new[] { "sidecar", "functions" })
        {
            var (code, output) = await RunningProcess.RunAsync(Repository.NativeExecutable(name), ["--config", directory.File("gateway.json")], workingDirectory: directory.Path);
            Assert.Equal(2, code);
            Assert.Contains("/surprise is not known; allowed: providers, models, access, limits", output, StringComparison.Ordinal);
            Assert.Contains("/limits/requestBytes must be a whole number above 0", output, StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Executables))]
    public async Task The_help_and_the_version_are_those_of_the_build(string name)
    {
        foreach (var option in new[] { "--help", "--version" })
        {
            var native = await RunningProcess.RunAsync(Repository.NativeExecutable(name), [option]);
            Assert.Equal(await RunningProcess.RunAsync(Repository.Executable(name), [option]), native);
        }
    }

    [Theory]
    [MemberData(nameof(Executables))]
    public async Task It_needs_the_C_library_and_OpenSSL_alone(string name)
    {
        var needed = await EmptyRoot.LibrariesOfAsync(Repository.NativeExecutable(name));
        Assert.Equal(
            ["ld-linux", "libc", "libcrypto", "libm", "libssl"],
            needed.Select(library => Path.GetFileName(library).Split('.', '-') is ["ld", ..] ? "ld-linux" : Path.GetFileName(library).Split('.')[0]).Order(StringComparer.Ordinal));
    }

    /// <summary>No certificates, no time zones, no locales, no /tmp, no /proc.</summary>
    [Fact]
    public async Task They_run_from_an_empty_root()
    {
        using var root = new EmptyRoot();
        await using var emulator = await root.StartAsync("emulator", new Dictionary<string, string?>());
        var environment = new Dictionary<string, string?> { ["DRAGOMAN_EMULATOR_URL"] = new Uri(emulator.Address, "v1").AbsoluteUri };
        foreach (var name in new[] { "sidecar", "functions" })
        {
            await using var process = await root.StartAsync(name, environment);
            using var whole = await process.Client.SendAsync(Requests.OllamaChat(stream: false));
            Assert.Contains("\"done\":true", await whole.Content.ReadAsStringAsync(), StringComparison.Ordinal);
            using var streamed = await process.Client.SendAsync(Requests.OpenAIChat(stream: true));
            Assert.EndsWith("data: [DONE]\n\n", await streamed.Content.ReadAsStringAsync(), StringComparison.Ordinal);
            Assert.Equal(0, await process.TerminateAsync());
        }
    }
}
