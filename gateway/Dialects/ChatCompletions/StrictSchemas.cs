using Dragoman.Conversation;
using Dragoman.Schemas;

namespace Dragoman.Dialects.ChatCompletions;

/// <summary>
/// Adapts strict schemas to OpenAI's rules (specs/dialects.md 2.5). A schema whose meaning would change is sent unchanged
/// and not strict, and the gateway checks the answer: OpenAI's strict mode would fill optional members with null, which
/// the client's own schema may not allow.
/// </summary>
internal static class StrictSchemas
{
    /// <param name="format">The client's format.</param>
    /// <param name="losses">Records that the gateway must check the answer.</param>
    /// <param name="answerSchema">The schema to check the answer against. Null when OpenAI guarantees it.</param>
    public static OutputFormat? Fit(OutputFormat? format, LossReport losses, out string? answerSchema)
    {
        answerSchema = null;
        if (format is not { Strict: true, Schema: { } schema })
            return format;
        if (TryFit(schema, format.Field, format.Parsed, losses.Work) is { } fitting)
            return format with { Schema = fitting };
        losses.Emulated("response_format");
        answerSchema = schema;
        return format with { Strict = false };
    }

    public static ToolDefinition Fit(ToolDefinition tool, LossReport losses)
    {
        if (tool is not { Strict: true, FreeText: null, Parameters: { } parameters })
            return tool;
        if (TryFit(parameters, tool.Field, tool.Parsed, losses.Work) is { } fitting)
            return tool with { Parameters = fitting };
        losses.Dropped("strict");
        return tool with { Strict = false };
    }

    private static string? TryFit(string schema, string field, ParsedSchema parsed, WorkLimit work)
    {
        try
        {
            var sanitized = SchemaSanitizer.Sanitize(schema, SchemaRules.OpenAIStrict, field, work, parsed);
            return sanitized is { ChangesValidity: false, Unsupported: null } ? sanitized.Json : null;
        }
        catch (GatewayException error) when (error.Error.Code != WorkLimit.ErrorCode)
        {
            // For example, the root is not an object, which OpenAI does not accept in strict mode.
            return null;
        }
    }
}
