using System.Text.Json;
using Dragoman.Conversation;
using Dragoman.Schemas;

namespace Dragoman.Dialects.Anthropic.Outbound;

/// <summary>How one request's response format is achieved.</summary>
/// <param name="Means">The means that is used.</param>
/// <param name="NativeSchema">The schema for the provider, with <see cref="AnthropicFormatMeans.Native"/>.</param>
/// <param name="AnswerSchema">The schema to check the answer against. Null when the provider guarantees it.</param>
internal sealed record AnthropicFormat(AnthropicFormatMeans Means, string? NativeSchema = null, string? AnswerSchema = null)
{
    /// <summary>The name of the tool whose input is the answer.</summary>
    public const string ToolName = "answer";

    private const string AnyObject = """{"type":"object"}""";

    private const string Field = "response_format";

    /// <exception cref="GatewayException">The schema is not a valid schema.</exception>
    public static AnthropicFormat For(ChatRequest request, AnthropicModel model, LossReport losses)
    {
        var means = MeansFor(request, model);
        if (means == AnthropicFormatMeans.None)
            return new AnthropicFormat(means);
        var schema = request.Format!.Schema ?? AnyObject;
        var sanitized = SchemaSanitizer.Sanitize(schema, means == AnthropicFormatMeans.Native ? SchemaRules.AnthropicNative : SchemaRules.Permissive, Field, losses.Work, request.Format.Parsed);
        if (means == AnthropicFormatMeans.Native && sanitized.Unsupported is null)
        {
            if (sanitized.ChangesValidity)
                losses.Clamped(Field);
            return new AnthropicFormat(means, sanitized.Json, sanitized.ChangesValidity ? schema : null);
        }

        losses.Emulated(Field);
        return new AnthropicFormat(means == AnthropicFormatMeans.Native ? AnthropicFormatMeans.Instruction : means, AnswerSchema: schema);
    }

    /// <summary>Whether the answer will be a call of <see cref="ToolName"/>.</summary>
    public static bool IsAnsweredByTool(ChatRequest request, AnthropicModel model) => MeansFor(request, model) == AnthropicFormatMeans.Tool;

    private static AnthropicFormatMeans MeansFor(ChatRequest request, AnthropicModel model) => request.Format?.Kind switch
    {
        OutputFormatKind.JsonObject => AnthropicFormatMeans.Instruction,
        OutputFormatKind.JsonSchema when model.KeepsToSchemas => AnthropicFormatMeans.Native,
        // A tool cannot be forced beside other tools or with thinking, and a call's input is always an object.
        OutputFormatKind.JsonSchema when HasNoTools(request) && !WantsThinking(request, model) && IsOfObject(request.Format) => AnthropicFormatMeans.Tool,
        OutputFormatKind.JsonSchema => AnthropicFormatMeans.Instruction,
        _ => AnthropicFormatMeans.None,
    };

    /// <summary>The text for <see cref="AnthropicFormatMeans.Instruction"/>.</summary>
    public static string InstructionFor(OutputFormat format) => format.Kind == OutputFormatKind.JsonObject
        ? "Answer with a single JSON object and nothing else: no other words and no code fence."
        : $"Answer with JSON that is valid against this JSON Schema and with nothing else: no other words and no code fence.\n{format.Schema}";

    private static bool HasNoTools(ChatRequest request) => request.Tools.Count == 0 && !request.Turns.Any(turn => turn.ToolCalls.Any());

    private static bool WantsThinking(ChatRequest request, AnthropicModel model) =>
        model.Thinks && !request.Reasoning.IsOff && request.Reasoning is not { Enabled: null, Effort: null, BudgetTokens: null };

    private static bool IsOfObject(OutputFormat format) =>
        SchemaCheck.Checked(format.Schema!, Field, parsed: format.Parsed).Root.Raw("type") is { ValueKind: JsonValueKind.String } type && type.ValueEquals("object"u8);
}
