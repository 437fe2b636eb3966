using Dragoman.Conversation;
using Dragoman.Dialects.Requests;
using Dragoman.Locales;

namespace Dragoman.Dialects.Anthropic.Inbound;

/// <summary>Reads how much the model should think and which format the answer should have (specs/dialects.md 1.3, 2.5, 2.6).</summary>
internal static class AnthropicMessagesOutput
{
    private const int LeastBudget = 1024;

    /// <summary>Anthropic's schemas have no name, but other providers require one.</summary>
    private const string SchemaName = "response";

    public static ReasoningRequest ReadReasoning(RequestObject request, AnthropicMessagesFamily family)
    {
        var effort = ReadEffort(request, family);
        if (request.Object("thinking") is not { } thinking)
            return new ReasoningRequest(null, effort);
        bool? isVisible = thinking.String("display") switch
        {
            null => null,
            "summarized" => true,
            "omitted" => false,
            var other => throw GatewayException.Invalid("thinking.display", RequestText.OneOf("thinking.display", other, "summarized", "omitted")),
        };
        switch (thinking.RequiredString("type"))
        {
            case "enabled":
                var budget = thinking.Int32("budget_tokens") ?? throw GatewayException.Invalid("thinking.budget_tokens", RequestText.Required("thinking.budget_tokens"));
                if (budget < LeastBudget)
                    throw GatewayException.Invalid("thinking.budget_tokens", RequestText.AtLeast("thinking.budget_tokens", LeastBudget, budget));
                return new ReasoningRequest(true, effort) { BudgetTokens = budget, IsVisible = isVisible };
            case "adaptive":
                return new ReasoningRequest(true, effort) { IsVisible = isVisible };
            case "disabled":
                return new ReasoningRequest(false, null);
            case "between_tools":
                // The lowest level of a model whose thinking cannot be turned off.
                return new ReasoningRequest(true, effort ?? ReasoningEffort.Low) { IsVisible = isVisible };
            case var other:
                throw GatewayException.Invalid("thinking.type", RequestText.OneOf("thinking.type", other, "enabled", "adaptive", "disabled", "between_tools"));
        }
    }

    /// <summary>Reads <c>output_config.format</c>, or its older name <c>output_format</c>.</summary>
    public static OutputFormat? ReadFormat(RequestObject request)
    {
        if ((request.Object("output_config")?.Object("format") ?? request.Object("output_format")) is not { } format)
            return null;
        if (format.RequiredString("type") is not "json_schema" and var type)
            throw GatewayException.Invalid(format.FieldPath("type"), RequestText.OneOf(format.FieldPath("type"), type, "json_schema"));
        if (format.Object("schema") is null)
            throw GatewayException.Invalid(format.FieldPath("schema"), RequestText.Required(format.FieldPath("schema")));
        return new OutputFormat(OutputFormatKind.JsonSchema, format.Raw("schema"), SchemaName, Strict: true) { Field = format.FieldPath("schema") };
    }

    private static ReasoningEffort? ReadEffort(RequestObject request, AnthropicMessagesFamily family)
    {
        if (request.Object("output_config") is not { } output)
            return null;
        foreach (var (name, _) in output.MembersBeside("effort", "format"))
            family.Likes(output.FieldPath(name));

        return output.String("effort") switch
        {
            null => null,
            "low" => ReasoningEffort.Low,
            "medium" => ReasoningEffort.Medium,
            "high" => ReasoningEffort.High,
            "xhigh" => ReasoningEffort.XHigh,
            "max" => ReasoningEffort.Max,
            var other => throw GatewayException.Invalid("output_config.effort", RequestText.OneOf("output_config.effort", other, "low", "medium", "high", "xhigh", "max")),
        };
    }
}
