namespace Dragoman.Cli.Tests;

/// <summary>The prices: of files and the configuration, and of a gateway.</summary>
public sealed class PriceTests : IDisposable
{
    private readonly CliUnderTest cli = new();

    public void Dispose() => cli.Dispose();

    [Fact]
    public async Task All_prices_are_shown()
    {
        var lines = (await cli.DoAsync("prices", "show")).Output.Split('\n');
        Assert.Equal(["PROVIDER", "MODEL", "INPUT", "CACHE-READ", "CACHE-WRITE", "OUTPUT", "TIERS", "SEEN"], lines[0].Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains(lines, line => line.StartsWith("openai        gpt-5-mini ", StringComparison.Ordinal) && line.Contains(" 0.25 ", StringComparison.Ordinal));
        Assert.All((await cli.DoAsync("prices", "show", "--provider", "Mistral")).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1), line => Assert.StartsWith("mistral ", line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Those_of_published_models_are_shown()
    {
        await using var server = await ScriptedServer.StartAsync(http => ScriptedServer.WriteAsync(
            http,
            200,
            """{"date":"2026-11-30","currency":"USD","items":[{"model":"a","provider":"p","upstreamModel":"u","from":"builtIn","prices":{"input":0.1,"output":0.3}},{"model":"b","provider":"p","upstreamModel":"v","from":null,"prices":null}]}"""));
        cli.Environment["DRAGOMAN_KEY"] = "dgm_sentinel0123456789";
        var output = (await cli.DoAsync("prices", "published", "--url", server.Address)).Output;
        Assert.Matches(@"(?m)^MODEL +PROVIDER +UPSTREAM-MODEL +INPUT +OUTPUT +FROM$", output);
        Assert.Matches(@"(?m)^a +p +u +0\.1 +0\.3 +builtIn$", output);
        Assert.Matches(@"(?m)^b +p +v +- +- +-$", output);
        Assert.Equal(2, (await cli.DoAsync("prices", "published", "--url", server.Address, "--json")).Json.GetProperty("items").GetArrayLength());
        Assert.Equal("GET /dragoman/prices", server.Requests.First().Line);
        Assert.Equal(ExitCode.Usage, (await cli.RunAsync("prices", "published")).Code);
    }

    [Fact]
    public async Task All_about_a_model_is_shown()
    {
        var output = (await cli.DoAsync("prices", "show", "claude-haiku-5-5-20261007")).Output;
        Assert.Equal(
            """
            provider                                      anthropic
            model                                         claude-haiku-5-5
            input                                         0.1
            cache read                                    0.01
            cache write                                   0.125
            cache write hour                              0.2
            output                                        0.5
            search                                        0.01
            above 100000 prompt tokens: input             0.5
            """,
            string.Join('\n', output.Split('\n').Take(9)));
        Assert.Contains("batch                                         × 0.5\nregion us                                     × 1.1\nsource ", output, StringComparison.Ordinal);
        var priority = (await cli.DoAsync("prices", "show", "o4-mini", "--provider", "openai")).Output;
        Assert.Contains("flex                  × 0.5\nbatch                 × 0.5\npriority: input       2\n", priority, StringComparison.Ordinal);
        Assert.Equal(2, (await cli.DoAsync("prices", "show", "gpt-5", "--json")).Json.GetProperty("models").GetArrayLength());
        var missing = await cli.RunAsync("prices", "show", "gpt-5-none");
        Assert.Equal((5, "", "dragoman: no price of \"gpt-5-none\" is known\n"), (missing.Code, missing.Output, missing.Error));
    }

    [Fact]
    public async Task The_configured_list_comes_first()
    {
        await File.WriteAllTextAsync(cli.File("prices.json"), """{ "date": "2026-11-30", "models": [{ "provider": "openai", "model": "gpt-5", "input": 77 }] }""");
        await ConfigureAsync($$"""{ "prices": { "file": "{{cli.File("prices.json")}}" }, "providers": { "p": { "dialect": "openai", "apiKey": "env:NOT_SET" } } }""");
        Assert.Contains("input     77\n", (await cli.DoAsync("prices", "show", "gpt-5", "--provider", "openai")).Output, StringComparison.Ordinal);
        Assert.Contains(" gpt-5-mini ", (await cli.DoAsync("prices", "show")).Output, StringComparison.Ordinal);
        await ConfigureAsync($$"""{ "prices": { "file": "{{cli.File("prices.json")}}", "replace": true } }""");
        Assert.Equal(2, (await cli.DoAsync("prices", "show")).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    public async Task A_list_is_compared()
    {
        await File.WriteAllTextAsync(cli.File("theirs.json"), """
            { "date": "2026-11-30", "models": [
              { "provider": "openai", "model": "gpt-5", "input": 1.5, "cacheRead": 0.1, "output": 10, "reasoning": 11 },
              { "provider": "openai", "model": "gpt-99", "input": 1 } ] }
            """);
        var result = await cli.RunAsync("prices", "check", cli.File("theirs.json"));
        Assert.Equal(1, result.Code);
        Assert.Equal(
            """
            PROVIDER  MODEL  PRICE      OURS   THEIRS  DIFFERENCE
            openai    gpt-5  input      1.25   1.5     +0.25
            openai    gpt-5  cacheRead  0.125  0.1     -0.025
            openai    gpt-5  reasoning  -      11      -

            """,
            result.Output);
        Assert.Equal("1 models were compared, 3 prices differ; 1 models of the file have no price here.\n", result.Error);
        Assert.Contains("gpt-99  no price here", (await cli.RunAsync("prices", "check", cli.File("theirs.json"), "--all", "-q")).Output, StringComparison.Ordinal);
        var json = (await cli.RunAsync("prices", "check", cli.File("theirs.json"), "--json")).Json;
        Assert.Equal((1, 3, 1), (json.GetProperty("compared").GetInt32(), json.GetProperty("differences").GetArrayLength(), json.GetProperty("unknown").GetArrayLength()));
        Assert.Equal((1.25m, 1.5m), (json.GetProperty("differences")[0].GetProperty("ours").GetDecimal(), json.GetProperty("differences")[0].GetProperty("theirs").GetDecimal()));
        await File.WriteAllTextAsync(cli.File("theirs.json"), """{ "date": "2026-11-30", "models": [{ "provider": "openai", "model": "gpt-5", "input": 1.25 }] }""");
        var same = await cli.DoAsync("prices", "check", cli.File("theirs.json"));
        Assert.Equal(("", "1 models were compared, 0 prices differ; 0 models of the file have no price here.\n"), (same.Output, same.Error));
    }

    [Fact]
    public async Task A_list_is_imported()
    {
        await File.WriteAllTextAsync(cli.File("litellm.json"), """
            { "sample_spec": { "litellm_provider": "x" },
              "mistral/mistral-large-2512": { "litellm_provider": "mistral", "mode": "chat", "input_cost_per_token": 5e-07, "output_cost_per_token": 1.5e-06 },
              "free": { "litellm_provider": "openai", "mode": "chat" } }
            """);
        var target = cli.File("prices.json");
        var result = await cli.DoAsync("prices", "import", cli.File("litellm.json"), "--to", target);
        Assert.Equal(("", $"left out: free has no price of prompt tokens\n{target} has 1 prices; 1 were read, 1 are new.\n"), (result.Output, result.Error));
        await File.WriteAllTextAsync(cli.File("more.json"), """{ "date": "2026-11-30", "models": [{ "provider": "Mistral", "model": "Mistral-Large-2512", "input": 2 }, { "provider": "a", "model": "b", "from": "2026-01-01", "input": 0, "search": 0.01 }] }""");
        await ConfigureAsync($$"""{ "prices": { "file": "{{target}}" } }""");
        Assert.Equal("", (await cli.DoAsync("prices", "import", cli.File("more.json"), "--quiet")).Error);
        Assert.Equal(
            """
            {
              "date": "2026-12-01",
              "currency": "USD",
              "models": [
                {
                  "provider": "a",
                  "model": "b",
                  "from": "2026-01-01",
                  "input": 0,
                  "search": 0.01
                },
                {
                  "provider": "Mistral",
                  "model": "Mistral-Large-2512",
                  "input": 2
                }
              ]
            }

            """.Replace("2026-12-01", $"{DateTime.UtcNow:yyyy-MM-dd}", StringComparison.Ordinal),
            await File.ReadAllTextAsync(target));
        Assert.Equal(["litellm.json", "more.json", "prices.json"], Directory.GetFiles(cli.Directory, "*.json*").Select(Path.GetFileName).Where(name => name != "gateway.json").Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("prices", "dragoman prices needs a command; allowed: show, published, check, import")]
    [InlineData("prices check", "'FILE' missing")]
    [InlineData("prices check /nowhere.json", "/nowhere.json: does not exist")]
    [InlineData("prices import /nowhere.json", "/nowhere.json: does not exist")]
    public async Task A_mistake_is_explained(string line, string expected)
    {
        var result = await cli.RunAsync(line.Split(' '));
        Assert.Equal((2, ""), (result.Code, result.Output));
        Assert.Contains(expected, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mistake_in_a_file_is_explained()
    {
        await File.WriteAllTextAsync(cli.File("bad.json"), """{ "date": "2026-11-30", "models": [{ "provider": "p", "model": "m", "input": -1 }] }""");
        Assert.Contains("bad.json: /models/0/input must be dollars a million tokens", (await cli.RunAsync("prices", "check", cli.File("bad.json"))).Error, StringComparison.Ordinal);
        await File.WriteAllTextAsync(cli.File("bad.json"), "{");
        Assert.Contains("bad.json: is not valid JSON at line 1", (await cli.RunAsync("prices", "import", cli.File("bad.json"), "--to", cli.File("x.json"))).Error, StringComparison.Ordinal);
        await File.WriteAllTextAsync(cli.File("good.json"), """{ "date": "2026-11-30", "models": [{ "provider": "p", "model": "m", "input": 1 }] }""");
        var noTarget = await cli.RunAsync("prices", "import", cli.File("good.json"));
        Assert.Equal((2, "dragoman: --to: must name the list that gets the entries, because the configuration has no prices.file\n"), (noTarget.Code, noTarget.Error));
        Assert.Equal(1, (await cli.RunAsync("prices", "import", cli.File("good.json"), "--to", cli.File("no/such/prices.json"))).Code);
        await ConfigureAsync("""{ "prices": { "fiel": 1 } }""");
        Assert.Contains("/prices/fiel is not known (did you mean file?); allowed: file, replace, providers", (await cli.RunAsync("prices", "show")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_lists_that_contradict_each_other_are_not_merged()
    {
        await File.WriteAllTextAsync(cli.File("one.json"), """{ "date": "2026-11-30", "models": [{ "provider": "p", "model": "m", "aliases": ["n"], "input": 1 }] }""");
        await File.WriteAllTextAsync(cli.File("two.json"), """{ "date": "2026-11-30", "models": [{ "provider": "p", "model": "n", "input": 2 }] }""");
        var before = await File.ReadAllTextAsync(cli.File("one.json"));
        var result = await cli.RunAsync("prices", "import", cli.File("two.json"), "--to", cli.File("one.json"));
        Assert.Equal(2, result.Code);
        Assert.Contains("gives \"n\" of p a second price from the same day on", result.Error, StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllTextAsync(cli.File("one.json")));
    }

    private async Task ConfigureAsync(string json)
    {
        await File.WriteAllTextAsync(cli.File("gateway.json"), json);
        cli.Environment["DRAGOMAN_CONFIG"] = cli.File("gateway.json");
    }
}
