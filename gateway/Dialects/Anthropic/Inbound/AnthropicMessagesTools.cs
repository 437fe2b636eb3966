using System.Text.Json;
using Dragoman.Conversation;
using Dragoman.Dialects.Requests;
using Dragoman.Locales;

namespace Dragoman.Dialects.Anthropic.Inbound;

/// <summary>Reads the tools and the tool choice (specs/dialects.md 2.3).</summary>
internal static class AnthropicMessagesTools
{
    private static readonly string[] Members = ["type", "name", "description", "input_schema", "strict", "cache_control"];

    /// <summary>The tools that the client runs itself. Tools that Anthropic runs are recorded in <paramref name="family"/>.</summary>
    public static IReadOnlyList<ToolDefinition> Read(RequestObject request, AnthropicMessagesFamily family)
    {
        var tools = new List<ToolDefinition>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var tool in request.Objects("tools"))
        {
            if (tool.String("type") is { } type and not "custom")
                family.Needs(tool.FieldPath("type"), FamilyText.IsTool(type), FamilyText.DescribeTool);
            else
                tools.Add(ReadTool(tool, names, family));
        }

        return tools;
    }

    public static ToolChoice? ReadChoice(RequestObject request)
    {
        if (request.Object("tool_choice") is not { } choice)
            return null;
        var type = choice.RequiredString("type");
        var hasTools = request.HasElements("tools");
        switch (type)
        {
            case "auto" or "none" when !hasTools:
                return null;
            case "auto":
                return ToolChoice.Auto;
            case "none":
                return ToolChoice.None;
            case "any" or "tool" when !hasTools:
                throw GatewayException.Invalid("tool_choice", RequestText.ChoiceNeedsTools(type));
            case "any":
                return ToolChoice.Required;
            case "tool":
                var name = choice.RequiredString("name");
                return request.Objects("tools").Any(tool => tool.String("name") == name)
                    ? new ToolChoice(ToolChoiceKind.Named, name)
                    : throw GatewayException.Invalid("tool_choice.name", RequestText.NamesUnknownTool("tool_choice.name", name));
            default:
                throw GatewayException.Invalid("tool_choice.type", RequestText.OneOf("tool_choice.type", type, "auto", "any", "tool", "none"));
        }
    }

    /// <summary>Reads a mark for the prompt cache. A mark on the whole request is an extension.</summary>
    public static CacheMark? ReadCache(RequestObject owner)
    {
        if (owner.Object("cache_control") is not { } control)
            return null;
        if (control.RequiredString("type") is not "ephemeral" and var type)
            throw GatewayException.Invalid(control.FieldPath("type"), RequestText.OneOf(control.FieldPath("type"), type, "ephemeral"));
        return control.String("ttl") switch
        {
            null => new CacheMark(null),
            "5m" => new CacheMark(TimeSpan.FromMinutes(5)),
            "1h" => new CacheMark(TimeSpan.FromHours(1)),
            var other => throw GatewayException.Invalid(control.FieldPath("ttl"), RequestText.OneOf(control.FieldPath("ttl"), other, "5m", "1h")),
        };
    }

    private static ToolDefinition ReadTool(RequestObject tool, HashSet<string> names, AnthropicMessagesFamily family)
    {
        var name = tool.RequiredString("name");
        if (name.Length == 0 || !names.Add(name))
            throw GatewayException.Invalid(tool.FieldPath("name"), name.Length == 0 ? RequestText.NotEmpty(tool.FieldPath("name")) : RequestText.KnownTool(tool.FieldPath("name"), name));
        if (tool.Object("input_schema") is null)
            throw GatewayException.Invalid(tool.FieldPath("input_schema"), RequestText.Required(tool.FieldPath("input_schema")));
        foreach (var (member, value) in tool.MembersBeside(Members))
        {
            if (value.ValueKind is not (JsonValueKind.Null or JsonValueKind.False))
                family.Likes($"tools.{member}");
        }

        return new ToolDefinition(name, tool.String("description"), tool.Raw("input_schema"), tool.Bool("strict"))
        {
            Cache = ReadCache(tool),
            Field = tool.FieldPath("input_schema"),
        };
    }
}
