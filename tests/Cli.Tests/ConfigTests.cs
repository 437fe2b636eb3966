namespace Dragoman.Cli.Tests;

/// <summary>The configuration on disk, and that of a gateway.</summary>
public sealed class ConfigTests : IDisposable
{
    private readonly CliUnderTest cli = new();

    public void Dispose() => cli.Dispose();

    [Fact]
    public async Task A_good_configuration_passes_the_check()
    {
        await WriteAsync("gateway.json", """{ "providers": { "p": { "dialect": "mistral", "apiKey": "env:KEY" } }, "models": { "m": { "provider": "p", "model": "x" } } }""");
        cli.Environment["KEY"] = "sk-sentinel-0123456789";
        var result = await cli.DoAsync("config", "check", "--config", cli.File("gateway.json"));
        Assert.Equal(("", "The configuration has no mistakes: 1 providers, 1 models.\n"), (result.Output, result.Error));
        Assert.Equal("""{"mistakes":[],"notices":[]}""" + "\n", (await cli.DoAsync("config", "check", "--config", cli.File("gateway.json"), "--json")).Output);
        Assert.Equal(("", ""), await SilentAsync("config", "check", "--config", cli.File("gateway.json"), "-q"));
    }

    [Fact]
    public async Task Each_mistake_is_a_line()
    {
        await WriteAsync("gateway.json", """{ "providers": { "p": { "dialect": "mistral", "apiKey": "env:KEY" } }, "limits": { "requestBytes": 0 } }""");
        await WriteAsync("gateway.d/1.json", """{ "colour": 1 }""");
        cli.Environment["DRAGOMAN_CONFIG"] = cli.File("gateway.json");
        var result = await cli.RunAsync("config", "check");
        Assert.Equal(
            (2, "", $"""
            dragoman: {cli.File("gateway.d/1.json")}: /colour is not known; allowed: providers, models, access, limits, store, prices, budgets, answers, identity, keyVault
            dragoman: {cli.File("gateway.json")}: /providers/p/apiKey environment variable KEY is not set
            dragoman: {cli.File("gateway.json")}: /limits/requestBytes must be a whole number above 0

            """),
            (result.Code, result.Output, result.Error));
        Assert.Equal(3, (await cli.RunAsync("config", "check", "--json")).Json.GetProperty("mistakes").GetArrayLength());
        Assert.Equal((2, "dragoman: argument --config: \"nope.json\" does not exist\n"), ((await cli.RunAsync("config", "check", "--config", "nope.json")).Code, cli.Results[^1].Error));
    }

    [Fact]
    public async Task Each_value_is_shown_with_its_origin_and_without_credentials()
    {
        await WriteAsync("gateway.json", """{ "providers": { "p": { "dialect": "mistral", "apiKey": "sk-sentinel-0123456789" } } }""");
        await WriteAsync("gateway.d/1.json", """{ "access": { "hosts": ["a.test"] } }""");
        cli.Environment["DRAGOMAN__limits__requestBytes"] = "7";
        var lines = (await cli.DoAsync("config", "show", "--config", cli.File("gateway.json"))).Output.Split('\n').Select(static line => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries))).ToList();
        Assert.Equal("POINTER VALUE ORIGIN", lines[0]);
        Assert.Contains($"/providers/p/apiKey \"***\" {cli.File("gateway.json")}", lines);
        Assert.Contains($"/access/hosts [\"a.test\"] {cli.File("gateway.d/1.json")}", lines);
        Assert.Contains("/limits/requestBytes 7 environment variable DRAGOMAN__limits__requestBytes", lines);
        Assert.Contains("/access/mode \"open\" default", lines);
        var values = (await cli.DoAsync("config", "show", "--config", cli.File("gateway.json"), "--json")).Json.GetProperty("values");
        Assert.Contains(values.EnumerateArray(), static each => each.GetRawText() == """{"pointer":"/limits/requestBytes","value":7,"origin":{"kind":"variable","name":"DRAGOMAN__limits__requestBytes"}}""");
        Assert.DoesNotContain("sentinel", string.Concat(cli.Results.Select(static each => each.Output + each.Error)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_configurations_are_compared()
    {
        await WriteAsync("gateway.json", """{ "limits": { "requestBytes": 7 }, "access": { "hosts": ["a.test"] } }""");
        await WriteAsync("other/gateway.json", """{ "limits": { "requestBytes": 8 }, "access": { "hosts": ["a.test"] } }""");
        var result = await cli.RunAsync("config", "diff", cli.File("other"), "--config", cli.File("gateway.json"));
        Assert.Equal(
            (1, """
            POINTER               HERE  THERE
            /limits/requestBytes  7     8

            """),
            (result.Code, result.Output));
        Assert.Equal("""{"differences":[{"pointer":"/limits/requestBytes","here":7,"there":8}]}""" + "\n", (await cli.RunAsync("config", "diff", cli.File("other/gateway.json"), "--config", cli.File("gateway.json"), "--json")).Output);
        var same = await cli.DoAsync("config", "diff", cli.File("gateway.json"), "--config", cli.File("gateway.json"));
        Assert.Equal(("", $"It is the same as {cli.File("gateway.json")}.\n"), (same.Output, same.Error));
        Assert.Equal((2, "dragoman: config diff without another file asks a running gateway; give its address with --url or DRAGOMAN_URL\n"), ((await cli.RunAsync("config", "diff", "--config", cli.File("gateway.json"))).Code, cli.Results[^1].Error));
    }

    [Fact]
    public async Task A_running_gateway_is_shown_and_compared()
    {
        const string running = """{"loadedAt":"2026-11-30T08:00:00Z","needsRestart":[],"values":[{"pointer":"/limits/requestBytes","value":8,"origin":{"kind":"file","name":"gateway.json"}}]}""";
        await using var server = await ScriptedServer.StartAsync(http => ScriptedServer.WriteAsync(http, 200, running));
        cli.Environment["DRAGOMAN_KEY"] = "0123456789abcdef";
        var shown = (await cli.DoAsync("config", "show", "--url", server.Address)).Output;
        Assert.Matches(@"(?m)^/limits/requestBytes +8 +gateway.json$", shown);
        Assert.Equal(running + "\n", (await cli.DoAsync("config", "show", "--url", server.Address, "--json")).Output);
        await WriteAsync("gateway.json", """{ "limits": { "requestBytes": 7 } }""");
        var differences = (await cli.RunAsync("config", "diff", "--config", cli.File("gateway.json"), "--url", server.Address)).Output;
        Assert.Matches(@"(?m)^/limits/requestBytes +7 +8$", differences);
        Assert.Equal(("GET /dragoman/config", "Bearer 0123456789abcdef"), Assert.Single(server.Requests.Distinct()));
        Assert.Equal((2, "dragoman: --config and the address of a gateway are given together; allowed: one of them\n"), ((await cli.RunAsync("config", "show", "--config", "x", "--url", server.Address)).Code, cli.Results[^1].Error));
    }

    private async Task<(string Output, string Error)> SilentAsync(params string[] arguments)
    {
        var result = await cli.DoAsync(arguments);
        return (result.Output, result.Error);
    }

    private async Task WriteAsync(string name, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(cli.File(name))!);
        await File.WriteAllTextAsync(cli.File(name), text);
    }
}
