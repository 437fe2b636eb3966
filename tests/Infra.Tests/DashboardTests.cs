using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Dragoman.Infra.Tests.Checks;
using Dragoman.Infra.Tests.Model;
using Dragoman.Infra.Tests.Tools;

namespace Dragoman.Infra.Tests;

/// <summary>The dashboards and the alerts for Prometheus show what the code measures, and name what the manual explains.</summary>
public partial class DashboardTests
{
    private static readonly string Dashboards = Path.Combine(Repository.Infra, "dashboards");

    private static readonly Lazy<JsonNode> Workbook = new(() => JsonNode.Parse(File.ReadAllText(Path.Combine(Dashboards, "workbook.json")))!);

    private static readonly Lazy<JsonNode> Grafana = new(() => JsonNode.Parse(File.ReadAllText(Path.Combine(Dashboards, "grafana.json")))!);

    private static readonly Lazy<IReadOnlyList<JsonNode>> Rules = new(() =>
        [.. Yaml.Parse(File.ReadAllText(Path.Combine(Dashboards, "prometheus-rules.yaml")))["groups"]!.AsArray().SelectMany(group => group!["rules"]!.AsArray()).Select(rule => rule!)]);

    [Fact]
    public void The_code_makes_every_metric_of_the_table()
    {
        var sources = string.Concat(Directory.EnumerateFiles(Path.Combine(Repository.Root, "gateway"), "*.cs", SearchOption.AllDirectories).Select(File.ReadAllText));

        AssertNone(Metrics.Table.Where(metric => !sources.Contains($"\"{metric.Name}\"", StringComparison.Ordinal)).Select(metric => $"nothing in gateway/ is named {metric.Name}"));
    }

    [Fact]
    public void Every_query_for_Prometheus_asks_for_metrics_of_the_table()
    {
        var names = Metrics.Table.SelectMany(metric => metric.PrometheusNames).ToHashSet();

        var unknown = Grafana.Value["panels"]!.AsArray()
            .SelectMany(panel => panel!["targets"]!.AsArray().Select(target => (From: (string)panel["title"]!, Query: (string)target!["expr"]!)))
            .Concat(Rules.Value.Select(rule => (From: (string)rule["alert"]!, Query: (string)rule["expr"]!)))
            .SelectMany(each => Metrics.OfPrometheus(each.Query) is var used && used.Any()
                ? used.Where(name => !names.Contains(name)).Select(name => $"{each.From} asks for {name}, which infra/dashboards/metrics.tsv does not have")
                : [$"{each.From} asks for no metric"]);

        AssertNone(unknown);
    }

    [Fact]
    public void Every_metric_of_the_table_is_used()
    {
        var used = string.Concat(Directory.EnumerateFiles(Dashboards).Where(file => !file.EndsWith(".tsv", StringComparison.Ordinal)).Select(File.ReadAllText));

        AssertNone(Metrics.Table.Where(metric => !metric.PrometheusNames.Any(name => used.Contains(name, StringComparison.Ordinal))).Select(metric => $"{metric.Name} is nowhere"));
    }

    [Fact]
    public void The_workbook_looks_for_what_the_gateway_writes_and_measures()
    {
        var items = Workbook.Value["items"]!.AsArray();
        var queries = items.Where(item => item!["content"]!["query"] is not null).ToList();

        Assert.NotEmpty(queries);
        Assert.Equal(items.Count, items.Select(item => (string)item!["name"]!).Distinct().Count());
        Assert.All(queries, item => Assert.Equal("<workspace>", (string?)item!["content"]!["crossComponentResources"]!.AsArray().Single()));
        AssertNone(queries.SelectMany(item => Contract.FindQuery((string)item!["name"]!, (string)item["content"]!["query"]!)));
    }

    [Fact]
    public void The_panels_of_Grafana_have_ids_and_places_of_their_own()
    {
        var panels = Grafana.Value["panels"]!.AsArray();

        Assert.Equal(panels.Count, panels.Select(panel => (int)panel!["id"]!).Distinct().Count());
        Assert.Equal(panels.Count, panels.Select(panel => ((int)panel!["gridPos"]!["x"]!, (int)panel["gridPos"]!["y"]!)).Distinct().Count());
        Assert.All(panels, panel => Assert.Equal("${datasource}", (string?)panel!["datasource"]!["uid"]));
    }

    /// <summary>Somebody who is woken up must find what to do; and what is written must be about an alert that there is.</summary>
    [Fact]
    public async Task Every_alert_has_its_part_of_the_manual_and_every_part_its_alert()
    {
        var azure = new HashSet<string>();
        foreach (var size in Deployment.Sizes)
        {
            azure.UnionWith((await BicepPlan.ReadAsync(Path.Combine(Repository.Infra, "bicep", $"{size}.snapshot.json")))
                .Where(resource => resource.Type is "Microsoft.Insights/metricAlerts" or "Microsoft.Insights/scheduledQueryRules").Select(resource => resource.Name["dragoman-".Length..]));
        }

        var manual = Heading().Matches(await File.ReadAllTextAsync(Path.Combine(Repository.Root, "docs/azure.md"))).Select(match => match.Groups[1].Value).ToList();

        Assert.Equal(azure.Order(StringComparer.Ordinal), manual.Order(StringComparer.Ordinal));
        Assert.Subset(azure, Rules.Value.Select(rule => (string)rule["alert"]!).ToHashSet());
        Assert.All(Rules.Value, rule =>
        {
            Assert.Equal($"docs/azure.md#{(string?)rule["alert"]}", (string?)rule["annotations"]!["runbook_url"]);
            Assert.Contains((string?)rule["labels"]!["severity"], (string[])["critical", "warning", "info"]);
            Assert.NotEqual("", (string?)rule["annotations"]!["summary"] ?? "");
        });
    }

    /// <summary>The log has no place for them: everything that can be measured wakes somebody up on Kubernetes too.</summary>
    [Fact]
    public void Prometheus_has_the_alerts_that_can_be_measured() => Assert.Equal(
        ["budget-exhausted", "budget-warning", "ledger-behind", "provider-down", "requests-failing", "secrets-unreadable", "slow-first-event"],
        Rules.Value.Select(rule => (string)rule["alert"]!).Order(StringComparer.Ordinal));

    private static void AssertNone(IEnumerable<string> complaints)
    {
        var all = complaints.ToList();
        Assert.True(all.Count == 0, string.Join('\n', all));
    }

    [GeneratedRegex("^### ([a-z]+(?:-[a-z]+)+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();
}
