using System.Text.Json;
using Dragoman.Conversation;
using Dragoman.Dialects.Requests;
using Dragoman.Locales;

namespace Dragoman.Dialects.OpenAIResponses.Inbound;

/// <summary>Reads the flat tools of OpenAI's Responses and the tool choice (specs/dialects.md 2.3).</summary>
internal static class ResponsesToolReader
{
    public static List<ToolDefinition> ReadTools(RequestObject request, List<FamilyMember> bound)
    {
        var tools = new List<ToolDefinition>();
        foreach (var tool in request.Objects("tools"))
        {
            var type = tool.RequiredString("type");
            switch (type)
            {
                case "function":
                    if (tool.Find("parameters") is { ValueKind: not JsonValueKind.Object } wrong)
                        throw tool.WrongType("parameters", RequestText.ASchema, wrong);
                    tools.Add(new ToolDefinition(tool.RequiredString("name"), tool.String("description"), tool.Raw("parameters"), tool.Bool("strict"))
                    {
                        Field = tool.FieldPath("parameters"),
                    });
                    break;
                case "custom":
                    tools.Add(new ToolDefinition(tool.RequiredString("name"), tool.String("description"), FreeText.Parameters) { FreeText = new FreeText(tool.Raw("format")) });
                    break;
                default:
                    // The error for other providers names only the first one.
                    if (bound.Count == 0)
                        bound.Add(new FamilyMember(tool.FieldPath("type"), FamilyText.ToolOfOpenAI(tool.FieldPath("type"), type)));
                    break;
            }
        }

        return tools;
    }

    public static ToolChoice? ReadChoice(RequestObject request, List<ToolDefinition> tools, List<FamilyMember> bound)
    {
        if (request.Find("tool_choice") is not { } choice)
            return null;
        if (choice.ValueKind == JsonValueKind.String)
            return ReadMode(request.String("tool_choice")!, "tool_choice");
        var chosen = request.Object("tool_choice")!.Value;
        var type = chosen.RequiredString("type");
        switch (type)
        {
            case "function" or "custom":
                return new ToolChoice(ToolChoiceKind.Named, Existing(chosen.RequiredString("name"), "tool_choice.name", ToolDefinition.NamesOf(tools)));
            case "allowed_tools":
                var known = ToolDefinition.NamesOf(tools);
                var allowed = new List<string>();
                foreach (var tool in chosen.Objects("tools"))
                {
                    if (tool.RequiredString("type") is "function" or "custom")
                        allowed.Add(Existing(tool.RequiredString("name"), tool.FieldPath("name"), known));
                    else if (bound.Count == 0)
                        bound.Add(Hosted(tool.FieldPath("type")));
                }

                return ReadMode(chosen.String("mode") ?? "auto", "tool_choice.mode") with { Allowed = allowed };
            default:
                bound.Add(Hosted("tool_choice.type"));
                return null;
        }
    }

    private static ToolChoice ReadMode(string mode, string field) => mode switch
    {
        "auto" => ToolChoice.Auto,
        "none" => ToolChoice.None,
        "required" => ToolChoice.Required,
        _ => throw GatewayException.Invalid(field, RequestText.ChoiceOrTool(field, mode)),
    };

    private static string Existing(string name, string field, HashSet<string> known) => known.Contains(name)
        ? name
        : throw GatewayException.Invalid(field, RequestText.NamesUnknownTool(field, name));

    private static FamilyMember Hosted(string field) =>
        new(field, FamilyText.ChoosesToolOfOpenAI(field));
}
