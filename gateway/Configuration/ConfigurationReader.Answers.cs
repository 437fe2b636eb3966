using System.Text.Json.Nodes;

namespace Dragoman.Configuration;

/// <summary>Reads <c>/answers</c>.</summary>
public sealed partial class ConfigurationReader
{
    private static readonly string[] CostReports = ["headers", "events", "off"];

    private AnswerSettings ReadAnswers(JsonNode? node, string pointer)
    {
        var members = node is null ? [] : Members(node, pointer, "cost");
        var text = Text(members, "cost", pointer);
        if (text is not null && !CostReports.Contains(text))
            Unknown($"{pointer}/cost", text, CostReports);
        return new(text switch
        {
            "off" => CostReport.Off,
            "events" => CostReport.Events,
            _ => CostReport.Headers,
        });
    }
}
