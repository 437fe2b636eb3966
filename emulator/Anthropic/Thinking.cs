using Dragoman.Emulator.Api;
using Dragoman.Emulator.Requests;

namespace Dragoman.Emulator.Anthropic;

/// <summary>How the model thinks (<c>specs/dialects.md 1.3</c>).</summary>
/// <param name="Type"><c>enabled</c>, <c>adaptive</c>, <c>between_tools</c>, <c>disabled</c>, or null when the member is missing.</param>
/// <param name="Budget">The budget in tokens with <c>enabled</c>.</param>
/// <param name="IsOmitted">Whether the text is hidden. Its signature is still sent.</param>
internal sealed record Thinking(string? Type, int? Budget, bool IsOmitted)
{
    private const int LeastBudget = 1024;

    private static readonly string[] Types = ["enabled", "adaptive", "disabled", "between_tools"];
    private static readonly string[] Displays = ["summarized", "omitted"];

    /// <summary>Whether thinking is on, which excludes forced calls and any sampling other than the default.</summary>
    public bool IsOn => Type is "enabled" or "adaptive";

    public static Thinking Read(FieldReader body)
    {
        if (body.Object("thinking", nullable: true) is not { } fields)
            return new(null, null, false);
        var type = fields.OneOf("type", Types, required: true);
        var budget = type == "enabled" ? fields.Integer("budget_tokens", LeastBudget) : null;
        if (type == "enabled" && budget is null && fields.Errors.Count == 0)
            fields.Text("budget_tokens", required: true);
        var display = type is "disabled" ? null : fields.OneOf("display", Displays, nullable: true);
        fields.RejectOthers();
        return new(type, budget, display == "omitted");
    }

    /// <exception cref="ApiException">400: the model does not think like this.</exception>
    public void Check(AnthropicModel model, string? effort, int? maxTokens)
    {
        var isSupported = Type switch
        {
            "enabled" => model.ThinksByBudget,
            "adaptive" => model.ThinksAdaptively,
            "between_tools" => model.ThinksBetweenTools,
            "disabled" => !model.ThinksAlways,
            _ => true,
        };
        if (!isSupported)
        {
            var hint = Type switch
            {
                "enabled" => " Use \"thinking.type.adaptive\" and \"output_config.effort\" to control thinking behavior.",
                "disabled" => " Use \"thinking.type.between_tools\" instead.",
                _ => "",
            };
            throw Refused($"\"thinking.type.{Type}\" is not supported for this model.{hint}");
        }

        if (Type == "between_tools" && effort is "xhigh" or "max")
            throw Refused($"\"thinking.type.between_tools\" is not supported with effort \"{effort}\".");
        if (Type == "disabled" && model.ThinksAtHighEffort && effort is "xhigh" or "max")
            throw Refused($"\"thinking.type.disabled\" is not supported with effort \"{effort}\" for this model.");
        if (Budget >= maxTokens)
            throw Refused("`max_tokens` must be greater than `thinking.budget_tokens`.");
    }

    private static ApiException Refused(string message) => new(AnthropicError.Invalid(message));
}
