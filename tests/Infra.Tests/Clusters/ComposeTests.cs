using System.Text.Json;
using System.Text.Json.Nodes;
using Dragoman.Infra.Tests.Checks;
using Dragoman.Infra.Tests.Tools;
using Json.Schema;

namespace Dragoman.Infra.Tests.Clusters;

/// <summary>compose.yaml against the schema of the Compose Specification, and against what the processes are.</summary>
public sealed class ComposeTests
{
    private static readonly string Folder = Path.Combine(Repository.Infra, "containers");

    private static readonly JsonNode Compose = Yaml.Parse(File.ReadAllText(Path.Combine(Folder, "compose.yaml")));

    public static TheoryData<string> Services => ["front", "sidecar", "functions", "postgres"];

    [Fact]
    public void It_is_valid()
    {
        var schema = JsonNode.Parse(File.ReadAllText(Path.Combine(Repository.Root, "tests/Infra.Tests/Schemas/compose-spec.json")))!.AsObject();
        // The library knows the dialect by another spelling of this name.
        schema["$schema"] = "http://json-schema.org/draft-07/schema#";
        schema["$id"] = "https://example.com/compose_spec.json";
        var judge = JsonSchema.FromText(schema.ToJsonString(), new BuildOptions { SchemaRegistry = new() });

        Assert.Empty(Mistakes(judge, Compose));
        // The judge must not be one that lets everything pass.
        var wrong = Compose.DeepClone();
        wrong["services"]!["front"]!["read_onyl"] = true;
        Assert.NotEmpty(Mistakes(judge, wrong));
    }

    [Theory]
    [MemberData(nameof(Services))]
    public void A_service_has_few_rights(string name)
    {
        var service = Service(name);

        Assert.True((bool)service["read_only"]!);
        Assert.Equal(["ALL"], Texts(service["cap_drop"]));
        Assert.Equal(["no-new-privileges:true"], Texts(service["security_opt"]));
        Assert.Null(service["privileged"]);
        if (name != "postgres")
            Assert.Null(service["cap_add"]);
        // Only nginx is reached from outside, and only from this machine.
        Assert.Equal(name == "front" ? ["127.0.0.1:11434:8080"] : [], Texts(service["ports"]));
    }

    [Theory]
    [MemberData(nameof(Services))]
    public void A_service_waits_until_what_it_needs_is_healthy(string name)
    {
        foreach (var (needed, how) in Service(name)["depends_on"]?.AsObject() ?? [])
        {
            Assert.Equal("service_healthy", (string?)how!["condition"]);
            var asks = Service(needed)["healthcheck"] is not null
                || File.ReadAllText(Path.Combine(Folder, needed, "Dockerfile")).Contains("\nHEALTHCHECK ", StringComparison.Ordinal);
            Assert.True(asks, $"{needed} has no health check");
        }
    }

    [Theory]
    [InlineData("front")]
    [InlineData("sidecar")]
    [InlineData("functions")]
    public void A_process_reads_its_variables_and_may_drain(string name)
    {
        var service = Service(name);
        var variables = service["environment"]!.AsObject().ToDictionary(variable => variable.Key, variable => (string)variable.Value!);

        Assert.Empty(Contract.Unread(name, variables, DockerfileTests.ReaderOf(name)));
        var drain = int.Parse((variables.GetValueOrDefault("DRAGOMAN_DRAIN") ?? variables["DRAGOMAN__limits__drainSeconds"]).TrimEnd('s'), null);
        Assert.True(int.Parse(((string)service["stop_grace_period"]!).TrimEnd('s'), null) >= drain + 10);
    }

    [Fact]
    public void Nginx_asks_the_services_where_they_listen()
    {
        var variables = Service("front")["environment"]!;

        Assert.Equal("sidecar:5081", (string?)variables["DRAGOMAN_SIDECAR"]);
        Assert.Equal("functions:7071", (string?)variables["DRAGOMAN_FUNCTIONS"]);
        Assert.Equal((string?)Configuration["access"]!["mode"], (string?)variables["DRAGOMAN__access__mode"]);
        Assert.Equal((string?)Compose["networks"]!["gateway"]!["ipam"]!["config"]![0]!["subnet"], (string?)Configuration["access"]!["proxies"]![0]);
    }

    /// <summary>No secret in a file of the repository or in a variable, and none that a process is not given.</summary>
    [Fact]
    public void Every_secret_is_a_file_that_the_process_is_given()
    {
        var named = Configuration.ToJsonString().Split('"').Where(text => text.StartsWith("file:", StringComparison.Ordinal)).ToList();

        foreach (var name in (string[])["sidecar", "functions"])
            Assert.Equal(named.Order(), Texts(Service(name)["secrets"]).Select(secret => $"file:/run/secrets/{secret}").Order());
        Assert.All(Compose["secrets"]!.AsObject(), secret => Assert.Equal($"./secrets/{secret.Key}", (string?)secret.Value!["file"]));
        Assert.Contains("/infra/containers/secrets/", File.ReadAllLines(Path.Combine(Repository.Root, ".gitignore")));
    }

    private static JsonNode Configuration => JsonNode.Parse(File.ReadAllText(Path.Combine(Folder, "gateway.json")))!;

    private static JsonNode Service(string name) => Compose["services"]![name]!;

    private static IEnumerable<string> Texts(JsonNode? list) => list?.AsArray().Select(each => (string)each!) ?? [];

    private static IEnumerable<string> Mistakes(JsonSchema judge, JsonNode instance) =>
        (judge.Evaluate(JsonSerializer.SerializeToElement(instance), new EvaluationOptions { OutputFormat = OutputFormat.List }) is { IsValid: false } result ? result.Details ?? [] : [])
        .SelectMany(detail => detail.Errors ?? new Dictionary<string, string>(), (detail, error) => $"{detail.InstanceLocation}: {error.Value}");
}
