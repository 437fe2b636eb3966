using System.Text.Json;

namespace Dragoman.Cli.Tests;

public sealed class DoctorTests : IDisposable
{
    private const string Sentinel = "sentinel-of-the-doctor";

    private readonly CliUnderTest cli = new();

    public void Dispose() => cli.Dispose();

    [Fact]
    public async Task Everything_that_works_is_listed_and_the_exit_code_says_so()
    {
        await using var provider = await StartAsync(200);
        await ConfigureAsync(provider);
        var result = await cli.DoAsync("doctor", "--url", provider.Address, "--timeout", "5");
        Assert.Equal("Failed: 0. Warnings: 1. Begin with the first.\n", result.Error);
        var lines = result.Output.Split('\n');
        Assert.Equal("ok      configuration, content         1 provider, 0 models, access open", lines[0]);
        Assert.Contains("ok      provider p, models             the credential is accepted, and 1 models are listed", lines);
        Assert.Contains(lines, line => line.StartsWith("ok      provider p, token", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.StartsWith("warning gateway, given", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.StartsWith("                                       -> give the gateway's address with --url", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_failure_has_its_exit_code_and_advice_also_for_programs()
    {
        await using var provider = await StartAsync(401);
        await ConfigureAsync(provider);
        var result = await cli.RunAsync("doctor", "--json", "--no-generate", "--url", provider.Address);
        Assert.Equal((1, "", "failed"), (result.Code, result.Error, result.Json.GetProperty("worst").GetString()));
        var models = result.Json.GetProperty("findings").EnumerateArray().Single(finding => finding.GetProperty("check").GetString() == "models");
        Assert.Equal(("failed", "provider p"), (models.GetProperty("state").GetString(), models.GetProperty("subject").GetString()));
        Assert.StartsWith("check /providers/p/apiKey", models.GetProperty("advice").GetString(), StringComparison.Ordinal);
        Assert.Equal(JsonValueKind.Null, result.Json.GetProperty("findings")[0].GetProperty("advice").ValueKind);
        Assert.DoesNotContain(Sentinel, result.Output, StringComparison.Ordinal);
        result = await cli.RunAsync("doctor", "--quiet", "--url", provider.Address);
        Assert.StartsWith("failed  provider p, models", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{ "providers": { "p": { "dialect": "mistrall" } } }""", "/providers/p/dialect \"mistrall\" is not a dialect")]
    [InlineData("""{ "store": { "connection": "mongo://x" } }""", "/store/connection cannot be used: a store is sqlite:PATH")]
    [InlineData("""{ "providers": { "p": { "dialect": "mistral", "apiKey": "env:NOT_SET" } } }""", "environment variable NOT_SET is not set")]
    public async Task A_configuration_with_a_mistake_ends_the_examination(string json, string expected)
    {
        await File.WriteAllTextAsync(cli.File("gateway.json"), json);
        cli.Environment["DRAGOMAN_CONFIG"] = cli.File("gateway.json");
        var result = await cli.RunAsync("doctor");
        Assert.Equal(2, result.Code);
        Assert.StartsWith("failed  configuration, content", result.Output, StringComparison.Ordinal);
        Assert.Contains(expected, result.Output, StringComparison.Ordinal);
        Assert.Contains("-> correct it", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--timeout: must be a whole number of seconds from 1 to 600", "--timeout", "0")]
    [InlineData("--store: doctor examines the store of the configuration", "--store", "sqlite:x.db")]
    public async Task A_wrong_option_is_explained(string expected, params string[] options)
    {
        var result = await cli.RunAsync(["doctor", .. options]);
        Assert.Equal(2, result.Code);
        Assert.Contains(expected, result.Error, StringComparison.Ordinal);
    }

    private static Task<ScriptedServer> StartAsync(int status) => ScriptedServer.StartAsync(http => ScriptedServer.WriteAsync(
        http,
        status,
        status != 200 ? """{ "message": "Unauthorized" }"""
        : http.Request.Path == "/v1/models" ? """{ "data": [{ "id": "mistral-small-latest" }] }"""
        : """{ "id": "x", "model": "m", "choices": [{ "index": 0, "message": { "role": "assistant", "content": "ok" }, "finish_reason": "stop" }], "usage": { "prompt_tokens": 5, "completion_tokens": 1, "total_tokens": 6 } }"""));

    private async Task ConfigureAsync(ScriptedServer provider)
    {
        await File.WriteAllTextAsync(cli.File("gateway.json"), $$"""{ "providers": { "p": { "dialect": "mistral", "baseUrl": "{{provider.Address}}/v1", "apiKey": "env:P_KEY" } } }""");
        cli.Environment["P_KEY"] = Sentinel;
        cli.Environment["DRAGOMAN_CONFIG"] = cli.File("gateway.json");
    }
}
