using Dragoman.Configuration;

namespace Dragoman.Gateway.Tests.Configuration;

public class ConfigurationValuesTests
{
    [Theory]
    [InlineData("{}", "{}", "")]
    [InlineData("""{ "limits": { "requestBytes": 1000 } }""", """{ "LIMITS": { "requestbytes": 1000 } }""", "")]
    [InlineData("{}", """{ "limits": {} }""", "")]
    [InlineData("""{ "limits": { "requestBytes": 1 } }""", """{ "limits": { "requestBytes": 2, "workSeconds": 1 } }""", "/limits/requestBytes /limits/workSeconds")]
    [InlineData("{}", """{ "providers": { "p": { "dialect": "mistral" } }, "models": { "a/b": { "provider": "p", "model": "m" } } }""", "/providers/p /models/a~1b")]
    [InlineData("""{ "providers": { "p": { "dialect": "mistral" } }, "models": { "a": { "provider": "p", "model": "m" } } }""", """{ "providers": { "p": { "dialect": "mistral", "timeouts": { "idleSeconds": 1 } } } }""", "/models/a /providers/p/timeouts")]
    [InlineData("""{ "access": { "hosts": ["a.test"] } }""", """{ "access": { "hosts": ["a.test", "b.test"] } }""", "/access/hosts")]
    public void Changes_are_told_by_pointers(string before, string after, string pointers) =>
        Assert.Equal(pointers.Split(' ', StringSplitOptions.RemoveEmptyEntries), Read(after).Values.ChangesFrom(Read(before).Values));

    [Theory]
    [InlineData("""{ "providers": { "p": { "dialect": "openai", "apiKey": "sk-sentinel-0123456789" } } }""", "/providers/p/apiKey", "***")]
    [InlineData("""{ "access": { "adminKey": "sk-sentinel-0123456789" } }""", "/access/adminKey", "***")]
    [InlineData("""{ "access": { "frontKey": "sk-sentinel-0123456789-0123456789-0123" } }""", "/access/frontKey", "***")]
    [InlineData("""{ "access": { "frontKey": "sk-sentinel-9876543210-9876543210-9876", "earlierFrontKey": "sk-sentinel-0123456789-0123456789-0123" } }""", "/access/earlierFrontKey", "***")]
    [InlineData("""{ "store": { "connection": "sqlite:data/x.db" } }""", "/store/connection", "sqlite:data/x.db")]
    [InlineData("""{ "store": { "connection": "postgres://dragoman:sentinel@db.example.com:5433/dragoman?sslpassword=sentinel" } }""", "/store/connection", "postgres://***@db.example.com:5433/dragoman")]
    [InlineData("""{ "store": { "connection": "postgres:Host=db;Password=sentinel" } }""", "/store/connection", "postgres:***")]
    [InlineData("""{ "store": { "connection": "tables:https://a.table.core.windows.net/t?sig=sentinel" } }""", "/store/connection", "tables:https://a.table.core.windows.net/t")]
    [InlineData("""{ "store": { "connection": "tables:AccountName=a;AccountKey=sentinel" } }""", "/store/connection", "tables:***")]
    [InlineData("""{ "store": { "connection": "sentinel" } }""", "/store/connection", "***")]
    [InlineData("""{ "budgets": { "webhook": { "url": "https://hooks.example.com/services/sentinel", "secret": "whsec_c2stc2VudGluZWwtMDEyMzQ1Njc4OWFiY2RlZg==" } } }""", "/budgets/webhook/url", "https://hooks.example.com/***")]
    [InlineData("""{ "budgets": { "webhook": { "url": "https://hooks.example.com/services/sentinel", "secret": "whsec_c2stc2VudGluZWwtMDEyMzQ1Njc4OWFiY2RlZg==" } } }""", "/budgets/webhook/secret", "***")]
    [InlineData("""{ "providers": { "key": { "dialect": "openai", "apiKey": "env:KEY" } } }""", "/providers/key/apiKey", "env:KEY")]
    [InlineData("""{ "providers": { "key": { "dialect": "openai", "apiKey": "env:KEY" } } }""", "/providers/key/dialect", "openai")]
    public void Credentials_are_masked_and_references_are_shown(string json, string pointer, string shown)
    {
        var values = ConfigurationView.Of(Read(json));
        Assert.Equal(shown, values.Single(each => each.Pointer == pointer).Value.GetValue<string>());
        Assert.DoesNotContain(values, static each => each.Value.ToJsonString().Contains("sentinel", StringComparison.Ordinal));
    }

    [Fact]
    public void Nothing_of_a_full_configuration_shows_a_credential()
    {
        var values = ConfigurationView.Of(ConfigurationReader.Read(FullConfiguration.Json, "gateway.json", new Dictionary<string, string>()));
        Assert.DoesNotContain(values, static each => each.Value.ToJsonString().Contains("sentinel", StringComparison.Ordinal) || each.Value.ToJsonString().Contains("c2stc2VudGluZWw", StringComparison.Ordinal));
    }

    [Fact]
    public void What_nobody_has_set_is_shown_with_its_default()
    {
        var values = ConfigurationView.Of(Read("""{ "providers": { "p": { "dialect": "mistral", "direct": false } }, "access": { "mode": "keys" } }"""));
        Assert.Equal(["file /access/mode \"keys\"", "file /providers/p/dialect \"mistral\"", "file /providers/p/direct false"], Of(ValueOriginKind.File));
        Assert.Contains("default /limits/requestBytes 33554432", Of(ValueOriginKind.Default));
        Assert.Contains("default /providers/p/timeouts/idleSeconds 120", Of(ValueOriginKind.Default));
        Assert.Contains("default /store/connection \"sqlite:data/dragoman.db\"", Of(ValueOriginKind.Default));
        Assert.Contains("default /access/proxies [\"127.0.0.0/8\",\"::1/128\"]", Of(ValueOriginKind.Default));

        IEnumerable<string> Of(ValueOriginKind kind) => values.Where(each => each.Origin.Kind == kind).Select(static each => $"{each.Origin.Kind.ToString().ToLowerInvariant()} {each.Pointer} {each.Value.ToJsonString()}");
    }

    [Fact]
    public void Differences_are_told_by_pointers_too() => Assert.Equal(
        [("/limits/requestBytes", "1", "2"), ("/providers/p/baseUrl", null, "\"http://a.test/\"")],
        ConfigurationView.Differences(
            ConfigurationView.Of(Read("""{ "providers": { "p": { "dialect": "openai" } }, "limits": { "requestBytes": 1 } }""")),
            ConfigurationView.Of(Read("""{ "providers": { "p": { "dialect": "openai", "baseUrl": "http://a.test/" } }, "limits": { "requestBytes": 2 } }"""))));

    private static GatewayConfiguration Read(string json) => ConfigurationReader.Read(json, "gateway.json", new Dictionary<string, string> { ["KEY"] = "sk-sentinel-0123456789" });
}
