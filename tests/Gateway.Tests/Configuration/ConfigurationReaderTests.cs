using Dragoman.Configuration;
using Dragoman.Conversation;

namespace Dragoman.Gateway.Tests.Configuration;

public class ConfigurationReaderTests
{
    private static GatewayConfiguration Read(string json, params (string Name, string Value)[] environment) =>
        ConfigurationReader.Read(json, "gateway.json", environment.ToDictionary(pair => pair.Name, pair => pair.Value));

    private static IReadOnlyList<string> MistakesOf(string json, params (string Name, string Value)[] environment) =>
        Assert.Throws<ConfigurationException>(() => Read(json, environment)).Mistakes;

    [Fact]
    public void The_memory_budget_may_be_more_than_two_gigabytes()
    {
        var configuration = ConfigurationReader.Read("""{ "limits": { "memoryBytes": 8589934592 } }""", "gateway.json", new Dictionary<string, string>());

        Assert.Equal(8L * 1024 * 1024 * 1024, configuration.Limits.MemoryBytes);
        Assert.Null(ConfigurationReader.Read("{}", "gateway.json", new Dictionary<string, string>()).Limits.MemoryBytes);
    }

    [Fact]
    public void A_provider_and_a_model_are_read_with_all_their_members()
    {
        var configuration = Read(
            """
            {
              // comments and trailing commas are fine
              "$schema": "docs/gateway.schema.json",
              "providers": { "mistral": { "dialect": "mistral", "baseUrl": "https://example.test/v1", "apiKey": "env:KEY", "publish": "all", "timeouts": { "idleSeconds": 1.5 } } },
              "models": { "llama3.2:latest": { "provider": "Mistral", "model": "mistral-small-latest", "aliases": ["tiny"], "capabilities": ["completion", "vision"], "contextLength": 1000, "embeddingLength": 10, "family": "llama", "parameterSize": "3B", "quantization": "Q4" } },
              "limits": { "requestBytes": 1024 },
            }
            """,
            ("KEY", "sentinel-secret"));

        var provider = Assert.Single(configuration.Providers);
        Assert.Equal(("mistral", "mistral", "https://example.test/v1/", "sentinel-secret", true), (provider.Name, provider.Dialect, provider.BaseUrl?.ToString(), provider.ApiKey, provider.PublishesAll));
        Assert.Equal(TimeSpan.FromSeconds(1.5), provider.Timeouts.Idle);
        Assert.Equal(Timeouts.Default.Total, provider.Timeouts.Total);
        var model = Assert.Single(configuration.Models);
        Assert.Equal(new Target("mistral", "mistral-small-latest"), Assert.Single(model.Targets));
        Assert.Equal(["tiny"], model.Aliases);
        Assert.True(model.Capabilities!.Lacks(ModelCapabilities.Tools));
        Assert.Equal((1000, 10, "llama", "3B", "Q4"), (model.ContextLength, model.EmbeddingLength, model.Family, model.ParameterSize, model.Quantization));
        Assert.Equal(1024, configuration.Limits.RequestBytes);
    }

    [Theory]
    [InlineData("\"1.1\"", "1.1")]
    [InlineData("\"2\"", "2.0")]
    [InlineData("2", "2.0")]
    public void A_provider_can_be_held_to_one_version_of_HTTP(string written, string version)
    {
        var configuration = Read($$"""{ "providers": { "a": { "dialect": "openai", "httpVersion": {{written}} }, "b": { "dialect": "openai" } } }""");
        Assert.Equal([Version.Parse(version), null], configuration.Providers.Select(provider => provider.HttpVersion));
    }

    [Fact]
    public void The_times_of_keep_alives_and_stalled_clients_are_read()
    {
        var limits = Read("""{ "limits": { "keepAliveSeconds": 0.5, "stalledClientSeconds": 20 } }""").Limits;
        Assert.Equal((TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(20)), (limits.KeepAlive, limits.StalledClient));
        Assert.Equal((TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(60)), (LimitSettings.Default.KeepAlive, LimitSettings.Default.StalledClient));
    }

    [Fact]
    public void The_time_of_the_drain_is_read()
    {
        Assert.Equal(TimeSpan.FromSeconds(1.5), Read("""{ "limits": { "drainSeconds": 1.5 } }""").Limits.Drain);
        Assert.Equal(TimeSpan.FromSeconds(20), LimitSettings.Default.Drain);
    }

    [Fact]
    public void The_time_of_the_work_for_a_request_is_read()
    {
        Assert.Equal(TimeSpan.FromSeconds(2.5), Read("""{ "limits": { "workSeconds": 2.5 } }""").Limits.Work);
        Assert.Equal(TimeSpan.FromSeconds(10), LimitSettings.Default.Work);
        Assert.Contains("/limits/workSeconds", Assert.Single(MistakesOf("""{ "limits": { "workSeconds": 0 } }""")), StringComparison.Ordinal);
    }

    [Fact]
    public void The_ways_of_a_compatible_server_are_read()
    {
        var configuration = Read("""{ "providers": { "a": { "dialect": "openai", "options": { "server": "vllm", "mergeSystem": false, "echoReasoningContent": "toolCalls" } }, "b": { "dialect": "openai" } } }""");
        Assert.Equal([new ProviderOptions("vllm", false, "toolCalls"), ProviderOptions.None], configuration.Providers.Select(provider => provider.Options));
    }

    [Fact]
    public void Targets_keep_their_order()
    {
        var configuration = Read(
            """
            { "providers": { "a": { "dialect": "openai", "baseUrl": "http://a.test" }, "b": { "dialect": "mistral" } },
              "models": { "best": { "targets": [ { "provider": "b", "model": "x" }, { "provider": "a", "model": "y" } ] } } }
            """);
        Assert.Equal([new Target("b", "x"), new Target("a", "y")], configuration.Models[0].Targets);
    }

    [Fact]
    public void A_variable_overrides_the_file_and_can_stand_alone()
    {
        var configuration = Read(
            """{ "providers": { "mistral": { "dialect": "mistral", "apiKey": "from-file" } } }""",
            ("DRAGOMAN__providers__mistral__apiKey", "from-variable"),
            ("DRAGOMAN__PROVIDERS__MISTRAL__BASEURL", "http://127.0.0.1:9/v1"),
            ("DRAGOMAN__limits__requestBytes", "77"),
            ("DRAGOMAN__models__alias", """{ "provider": "mistral", "model": "m" }"""));
        Assert.Equal("from-variable", configuration.Providers[0].ApiKey);
        Assert.Equal("http://127.0.0.1:9/v1/", configuration.Providers[0].BaseUrl?.ToString());
        Assert.Equal(77, configuration.Limits.RequestBytes);
        Assert.Equal("alias", Assert.Single(configuration.Models).Name);
    }

    [Theory]
    [InlineData("""{ "provider": {} }""", "gateway.json: /provider is not known (did you mean providers?); allowed: providers, models, access, limits, store, prices, budgets, answers, identity, keyVault")]
    [InlineData("""{ "providers": { "x": {} } }""", "gateway.json: /providers/x/dialect is required; allowed: anthropic, azure-openai, gemini, mistral, openai")]
    [InlineData("""{ "providers": { "x": { "dialect": "soap" } } }""", "gateway.json: /providers/x/dialect \"soap\" is not a dialect that this version speaks; allowed: anthropic, azure-openai, gemini, mistral, openai")]
    [InlineData("""{ "providers": { "x": { "dialect": "openai", "baseUrl": "ftp://a" } } }""", "gateway.json: /providers/x/baseUrl must be an http or https URL without user, password, query, fragment and spaces, such as https://api.example.com/v1")]
    [InlineData("""{ "providers": { "x": { "dialect": "openai", "apiKey": 5 } } }""", "gateway.json: /providers/x/apiKey must be a string")]
    [InlineData("""{ "providers": { "x": { "dialect": "openai", "apiKey": "env:NOT_THERE" } } }""", "gateway.json: /providers/x/apiKey environment variable NOT_THERE is not set")]
    [InlineData("""{ "providers": { "x": { "dialect": "openai", "direct": "no" } } }""", "gateway.json: /providers/x/direct must be true or false")]
    [InlineData("""{ "providers": { "x": { "dialect": "openai", "publish": "some" } } }""", "gateway.json: /providers/x/publish \"some\" is not known; allowed: all, none")]
    [InlineData("""{ "providers": { "x": { "dialect": "openai", "timeouts": { "idleSeconds": 0 } } } }""", "gateway.json: /providers/x/timeouts/idleSeconds must be a number of seconds above 0 and up to 86400")]
    [InlineData("""{ "providers": { "x": { "dialect": "openai", "options": { "server": "soap" } } } }""", "gateway.json: /providers/x/options/server \"soap\" is not known; allowed: lmstudio, vllm, mistralrs, ollama, openai, generic")]
    [InlineData("""{ "providers": { "x": { "dialect": "openai", "options": { "echoReasoningContent": "some" } } } }""", "gateway.json: /providers/x/options/echoReasoningContent \"some\" is not known; allowed: never, toolCalls, always")]
    [InlineData("""{ "providers": { "x": { "dialect": "openai", "options": { "mergeSystem": "yes" } } } }""", "gateway.json: /providers/x/options/mergeSystem must be true or false")]
    [InlineData("""{ "providers": { "x": { "dialect": "openai", "options": { "colour": 1 } } } }""", "gateway.json: /providers/x/options/colour is not known; allowed: server, mergeSystem, echoReasoningContent, responses, version, auth, apiVersion, deployments, scope, baseModels")]
    [InlineData("""{ "providers": { "x": { "dialect": "openai", "options": [] } } }""", "gateway.json: /providers/x/options must be an object")]
    [InlineData("""{ "providers": { "x": { "dialect": "mistral", "options": { "server": "vllm" } } } }""", "gateway.json: /providers/x/options is for the dialects openai, anthropic and azure-openai; \"mistral\" has no options")]
    [InlineData("""{ "providers": { "x": { "dialect": "anthropic", "options": { "server": "vllm" } } } }""", "gateway.json: /providers/x/options/server is not an option of the dialect anthropic; allowed: version, auth")]
    [InlineData("""{ "providers": { "x": { "dialect": "openai", "options": { "auth": "bearer" } } } }""", "gateway.json: /providers/x/options/auth is not an option of the dialect openai; allowed: server, mergeSystem, echoReasoningContent, responses")]
    [InlineData("""{ "providers": { "x": { "dialect": "anthropic", "options": { "auth": "basic" } } } }""", "gateway.json: /providers/x/options/auth \"basic\" is not known; allowed: x-api-key, bearer")]
    [InlineData("""{ "providers": { "x": { "dialect": "anthropic", "options": { "auth": "entra" } } } }""", "gateway.json: /providers/x/options/auth \"entra\" is not known; allowed: x-api-key, bearer")]
    [InlineData("""{ "providers": { "x": { "dialect": "azure-openai", "baseUrl": "https://r.openai.azure.com", "options": { "auth": "bearer" } } } }""", "gateway.json: /providers/x/options/auth \"bearer\" is not known; allowed: api-key, entra")]
    [InlineData("""{ "providers": { "x": { "dialect": "azure-openai", "baseUrl": "https://r.openai.azure.com", "options": { "auth": "api-key" } } } }""", "gateway.json: /providers/x/options/auth \"api-key\" needs the provider's apiKey")]
    [InlineData("""{ "providers": { "x": { "dialect": "azure-openai", "baseUrl": "https://r.openai.azure.com", "options": { "baseModels": { "d": 1 } } } } }""", "gateway.json: /providers/x/options/baseModels must be an object of strings: the name of each deployment, and that of the model behind it such as gpt-5")]
    [InlineData("""{ "providers": { "x": { "dialect": "azure-openai" } } }""", "gateway.json: /providers/x/baseUrl is required: the resource's own, such as https://name.openai.azure.com/openai/v1")]
    [InlineData("""{ "providers": { "x": { "dialect": "anthropic", "options": { "version": "latest" } } } }""", "gateway.json: /providers/x/options/version \"latest\" is not a version of Anthropic's API; allowed: a date such as 2023-06-01")]
    [InlineData("""{ "providers": [] }""", "gateway.json: /providers must be an object, one member an entry")]
    [InlineData("""{ "models": { "a/b": { "provider": "p", "model": "m" } } }""", "gateway.json: /models/a~1b/provider \"p\" is not a configured provider; configure one under /providers first")]
    [InlineData("""{ "providers": { "p": { "dialect": "mistral" } }, "models": { "a b": { "provider": "p", "model": "m" } } }""", "gateway.json: /models/a b \"a b\" is not a model name; allowed: [namespace/]model[:tag] of letters, digits, '_', '.' and '-'")]
    [InlineData("""{ "providers": { "p": { "dialect": "mistral" } }, "models": { "a": { "provider": "p", "model": "m", "capabilities": ["magic"] } } }""", "gateway.json: /models/a/capabilities \"magic\" is not a capability; allowed: completion, tools, insert, vision, embedding, thinking, audio")]
    [InlineData("""{ "providers": { "p": { "dialect": "mistral" } }, "models": { "a": { "provider": "p" } } }""", "gateway.json: /models/a/model is required: the provider's name of the model")]
    [InlineData("""{ "providers": { "p": { "dialect": "mistral" } }, "models": { "a": { "targets": [] } } }""", "gateway.json: /models/a/targets must be a list of at least one {\"provider\", \"model\"}")]
    [InlineData("""{ "providers": { "p": { "dialect": "mistral" } }, "models": { "a": { "provider": "p", "model": "x//y" } } }""", "gateway.json: /models/a/model \"x//y\" cannot be a model of the provider's; " + UpstreamName.Rule)]
    [InlineData("""{ "providers": { "p": { "dialect": "gemini" } }, "models": { "a": { "targets": [ { "provider": "p", "model": "my model" } ] } } }""", "gateway.json: /models/a/targets/0/model \"my model\" cannot be a model of the provider's; " + UpstreamName.PathRule)]
    [InlineData("""{ "providers": { "p": { "dialect": "azure-openai", "baseUrl": "https://r.openai.azure.com" } }, "models": { "a": { "provider": "p", "model": "x/y" } } }""", "gateway.json: /models/a/model \"x/y\" cannot be a model of the provider's; " + UpstreamName.PathRule)]
    [InlineData("""{ "providers": { "p": { "dialect": "mistral" } }, "models": { "a": { "provider": "p", "model": "m", "aliases": ["ok", "../../x"] } } }""", "gateway.json: /models/a/aliases \"../../x\" is not a model name; allowed: [namespace/]model[:tag] of letters, digits, '_', '.' and '-'")]
    [InlineData("""{ "providers": { "p": { "dialect": "mistral" } }, "models": { "a": { "provider": "p", "model": "m", "aliases": [" "] } } }""", "gateway.json: /models/a/aliases \" \" is not a model name; allowed: [namespace/]model[:tag] of letters, digits, '_', '.' and '-'")]
    [InlineData("""{ "providers": { "x": { "dialect": "openai", "baseUrl": "https://a.test/v1#x" } } }""", "gateway.json: /providers/x/baseUrl must be an http or https URL without user, password, query, fragment and spaces, such as https://api.example.com/v1")]
    [InlineData("""{ "providers": { "x": { "dialect": "openai", "apiKey": "" } } }""", "gateway.json: /providers/x/apiKey must not be empty; leave it out, or give it a value")]
    [InlineData("""{ "providers": { "x": { "dialect": "openai", "apiKey": "sentinel\u00e9" } } }""", "gateway.json: /providers/x/apiKey holds a line end, a control character or a character beyond ASCII; allowed: 1 to 8192 visible ASCII characters, as the provider shows the key")]
    [InlineData("""{ "access": { "origins": "*" } }""", "gateway.json: /access/origins must be a list of strings")]
    [InlineData("""{ "access": { "origins": ["example.com"] } }""", "gateway.json: /access/origins \"example.com\" is not an origin; allowed: such as https://app.example.com, with at most one \"*\", or \"*\" for any")]
    [InlineData("""{ "access": { "origins": ["https://*.*"] } }""", "gateway.json: /access/origins \"https://*.*\" is not an origin; allowed: such as https://app.example.com, with at most one \"*\", or \"*\" for any")]
    [InlineData("""{ "access": { "hosts": ["http://x"] } }""", "gateway.json: /access/hosts \"http://x\" is not a host's name; allowed: a name or address without scheme and port, or \"*\" for any")]
    [InlineData("""{ "limits": { "memoryBytes": 1000 } }""", "gateway.json: /limits/memoryBytes must be a whole number of bytes from 16777216 to 1099511627776")]
    [InlineData("""{ "limits": { "memoryBytes": "1 GB" } }""", "gateway.json: /limits/memoryBytes must be a whole number of bytes from 16777216 to 1099511627776")]
    [InlineData("""{ "limits": { "requestBytes": -1 } }""", "gateway.json: /limits/requestBytes must be a whole number above 0")]
    [InlineData("[]", "gateway.json: must be a JSON object")]
    public void A_mistake_names_its_place_and_what_is_allowed(string json, string mistake) => Assert.Equal([mistake], MistakesOf(json));

    [Theory]
    [InlineData("{}", new[] { "https://a.test", "https://*.b.test" })]
    [InlineData("""{ "access": { "mode": "open" } }""", new[] { "https://a.test", "https://*.b.test" })]
    [InlineData("""{ "access": { "origins": ["*"] } }""", new[] { "*" })]
    [InlineData("""{ "access": { "origins": [] } }""", new string[0])]
    public void Ollamas_variable_gives_the_origins_that_the_configuration_does_not(string json, string[] origins) =>
        Assert.Equal(origins, Read(json, ("OLLAMA_ORIGINS", "https://a.test, https://*.b.test,")).Access.Origins);

    [Fact]
    public void A_mistake_in_Ollamas_variable_names_it() => Assert.Equal(
        ["environment variable OLLAMA_ORIGINS: \"x\" is not an origin; allowed: such as https://app.example.com, with at most one \"*\", or \"*\" for any"],
        MistakesOf("{}", ("OLLAMA_ORIGINS", "x")));

    [Fact]
    public void Hosts_are_names_addresses_or_any() => Assert.Equal(
        ["a.test", "10.0.0.1", "*"],
        Read("""{ "access": { "hosts": ["a.test", "10.0.0.1", "*"] } }""").Access.Hosts);

    [Fact]
    public void A_mistake_in_a_variable_names_the_variable() => Assert.Equal(
        ["environment variable DRAGOMAN__limits__requestBytes: /limits/requestBytes must be a whole number above 0"],
        MistakesOf("{}", ("DRAGOMAN__limits__requestBytes", "many")));

    [Fact]
    public void All_mistakes_are_told_at_once() =>
        Assert.Equal(2, MistakesOf("""{ "colour": 1, "limits": { "requestBytes": 0 } }""").Count);

    [Fact]
    public void Broken_JSON_is_told_with_its_place() =>
        Assert.StartsWith("gateway.json: is not valid JSON at line 1, byte 8: ", Assert.Single(MistakesOf("{ \"a\": ")), StringComparison.Ordinal);

    [Fact]
    public void With_nothing_configured_the_emulator_is_the_provider_and_says_so()
    {
        var configuration = Read("{}");
        var provider = Assert.Single(configuration.Providers);
        Assert.Equal(("emulator", "mistral", true), (provider.Name, provider.Dialect, provider.PublishesAll));
        Assert.Equal(["no provider is configured: all models are the emulator's, at http://127.0.0.1:4755/v1/"], configuration.Notices);
    }

    [Fact]
    public void Each_well_known_key_switches_its_provider_on()
    {
        var configuration = Read("{}", ("OPENAI_API_KEY", "a"), ("MISTRAL_API_KEY", "b"), ("ANTHROPIC_API_KEY", "d"), ("LMSTUDIO_BASE_URL", "http://127.0.0.1:1234/v1"), ("GEMINI_API_KEY", "c"));
        Assert.Equal(["openai", "mistral", "anthropic", "gemini", "lmstudio"], configuration.Providers.Select(provider => provider.Name));
        Assert.Equal("lmstudio", configuration.Providers[4].Options.Server);
        Assert.Equal("gemini", configuration.Providers[3].Dialect);
        Assert.Contains("provider gemini is on because GEMINI_API_KEY is set", configuration.Notices);
        Assert.DoesNotContain(configuration.Notices, notice => notice.Contains("emulator", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("OPENAI_API_KEY")]
    [InlineData("MISTRAL_API_KEY")]
    [InlineData("ANTHROPIC_API_KEY")]
    [InlineData("GEMINI_API_KEY")]
    [InlineData("AZURE_OPENAI_API_KEY")]
    public void A_well_known_key_is_trimmed_and_must_fit_a_header(string variable)
    {
        var endpoint = ("AZURE_OPENAI_ENDPOINT", "https://r.openai.azure.com");
        Assert.Equal("sentinel", Read("{}", endpoint, (variable, " sentinel\r\n")).Providers.Single(each => each.ApiKey is not null).ApiKey);
        foreach (var wrong in (string[])["sentinel\nx", "sentinel\u00e9", "sentinel\0", "\t\n"])
        {
            var mistake = Assert.Single(Assert.Throws<ConfigurationException>(() => Read("{}", endpoint, (variable, wrong))).Mistakes);
            Assert.StartsWith($"environment variable {variable} ", mistake, StringComparison.Ordinal);
            Assert.Contains("allowed: ", mistake, StringComparison.Ordinal);
            Assert.DoesNotContain("sentinel", mistake, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("https://r.openai.azure.com", "https://r.openai.azure.com/openai/v1/")]
    [InlineData("https://r.openai.azure.com/", "https://r.openai.azure.com/openai/v1/")]
    [InlineData("https://r.services.ai.azure.com/openai/v1", "https://r.services.ai.azure.com/openai/v1/")]
    [InlineData("https://r.openai.azure.com/openai/deployments", "https://r.openai.azure.com/openai/deployments/")]
    public void Azures_variables_switch_it_on(string endpoint, string baseUrl)
    {
        var keyed = Assert.Single(Read("{}", ("AZURE_OPENAI_ENDPOINT", endpoint), ("AZURE_OPENAI_API_KEY", "sentinel")).Providers);
        Assert.Equal(("azure", "azure-openai", baseUrl, "sentinel"), (keyed.Name, keyed.Dialect, keyed.BaseUrl?.ToString(), keyed.ApiKey));
        Assert.Null(Assert.Single(Read("{}", ("AZURE_OPENAI_ENDPOINT", endpoint)).Providers).ApiKey);
    }

    [Fact]
    public void An_endpoint_of_Azure_that_is_no_address_is_a_mistake() => Assert.Equal(
        ["environment variable AZURE_OPENAI_ENDPOINT: must be an https URL such as https://name.openai.azure.com"],
        Assert.Throws<ConfigurationException>(() => Read("{}", ("AZURE_OPENAI_ENDPOINT", "my-resource"))).Mistakes);

    [Fact]
    public void The_models_behind_deployments_are_read()
    {
        var options = Assert.Single(Read("""{ "providers": { "a": { "dialect": "azure-openai", "baseUrl": "https://r.openai.azure.com", "options": { "baseModels": { "My-Deployment": "gpt-5" } } } } }""").Providers).Options;
        Assert.Equal("gpt-5", options.BaseModels["my-deployment"]);
    }

    [Fact]
    public void A_configured_provider_leaves_the_well_known_keys_alone() =>
        Assert.Equal(["x"], Read("""{ "providers": { "x": { "dialect": "mistral" } } }""", ("OPENAI_API_KEY", "a")).Providers.Select(provider => provider.Name));

    [Fact]
    public void A_provider_in_a_message_does_not_show_its_key() =>
        Assert.DoesNotContain("sentinel", Read("{}", ("OPENAI_API_KEY", "sentinel")).Providers[0].ToString(), StringComparison.Ordinal);
}
