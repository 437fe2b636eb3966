using System.Text.RegularExpressions;
using Dragoman.Infra.Tests.Tools;

namespace Dragoman.Infra.Tests.Checks;

/// <summary>The metrics that alerts and dashboards may use: the table <c>infra/dashboards/metrics.tsv</c>.</summary>
internal static partial class Metrics
{
    /// <summary>A metric of the table.</summary>
    /// <param name="Name">Its name in OpenTelemetry.</param>
    /// <param name="Unit">Its unit as the code gives it; empty without one.</param>
    /// <param name="Kind"><c>counter</c>, <c>gauge</c> or <c>histogram</c>.</param>
    internal sealed record Metric(string Name, string Unit, string Kind)
    {
        /// <summary>Its names in Prometheus. Source: the OpenTelemetry specification, "Prometheus and OpenMetrics Compatibility".</summary>
        public IEnumerable<string> PrometheusNames
        {
            get
            {
                var unit = Unit switch { "s" => "_seconds", "1" when Kind == "gauge" => "_ratio", _ => "" };
                var name = Name.Replace('.', '_');
                if (!name.EndsWith(unit, StringComparison.Ordinal))
                    name += unit;
                return Kind switch
                {
                    "counter" => [$"{name}_total"],
                    "histogram" => [$"{name}_bucket", $"{name}_sum", $"{name}_count"],
                    _ => [name],
                };
            }
        }
    }

    /// <summary>The table.</summary>
    public static IReadOnlyList<Metric> Table { get; } =
    [
        .. File.ReadLines(Path.Combine(Repository.Infra, "dashboards/metrics.tsv")).Where(line => !line.StartsWith('#'))
            .Select(line => line.Split('\t')).Select(columns => new Metric(columns[0], columns[1], columns[2])),
    ];

    /// <summary>The metrics that a query of Azure Monitor asks for.</summary>
    public static IEnumerable<string> OfKusto(string query) => KustoName().Matches(query).Select(match => match.Groups[1].Value);

    /// <summary>The metrics that a query of Prometheus asks for, by their names there.</summary>
    public static IEnumerable<string> OfPrometheus(string query) =>
        PrometheusName().Matches(Labels().Replace(query, "")).Select(match => match.Value);

    [GeneratedRegex("Name == \"([^\"]+)\"")]
    private static partial Regex KustoName();

    [GeneratedRegex(@"\{[^}]*\}|by \([^)]*\)")]
    private static partial Regex Labels();

    [GeneratedRegex(@"\b(?:dragoman|gen_ai|http)_\w+")]
    private static partial Regex PrometheusName();
}
