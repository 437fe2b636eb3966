using System.Text.Json;
using Dragoman.Emulator.Api;
using Dragoman.Emulator.Behaviors;
using Dragoman.Emulator.Chat;
using Dragoman.Emulator.Completions;
using Dragoman.Emulator.Generation;
using Dragoman.Emulator.Requests;
using Dragoman.Emulator.Tools;

namespace Dragoman.Emulator.Anthropic;

/// <summary>A request to <c>messages</c> or <c>messages/count_tokens</c> (<c>specs/dialects.md 1.3</c>).</summary>
/// <param name="Model">The model that answers.</param>
/// <param name="Completion">The answer, with one choice.</param>
/// <param name="Stream">Whether the answer is streamed.</param>
/// <param name="Seed">The number that decides the answer.</param>
/// <param name="Cache">The tokens of the prompt.</param>
internal sealed record MessagesRequest(AnthropicModel Model, Completion Completion, bool Stream, ulong Seed, CacheMarks Cache)
{
    /// <summary>These words in the last user message make the model hide some of its thinking.</summary>
    private const string RedactionTrigger = "ANTHROPIC_MAGIC_STRING_TRIGGER_REDACTED_THINKING";

    /// <summary>These words in the last user message make the model refuse.</summary>
    private const string RefusalTrigger = "ANTHROPIC_MAGIC_STRING_TRIGGER_REFUSAL";

    private static readonly string[] IgnoredBySeed = ["stream", "max_tokens", "stop_sequences", "metadata", "service_tier", "cache_control"];
    private static readonly string[] Efforts = ["low", "medium", "high", "xhigh", "max"];
    private static readonly string[] FormatTypes = ["json_schema"];
    private static readonly string[] Tiers = ["auto", "standard_only"];

    /// <summary>Whether the text of the thinking stays hidden.</summary>
    public bool OmitsThinking { get; init; }

    /// <summary>Whether a redacted block of thinking follows the visible one.</summary>
    public bool Redacts { get; init; }

    /// <exception cref="RefusalException">A member is wrong.</exception>
    /// <exception cref="ApiException">A rule on the model, messages or tools is broken.</exception>
    public static MessagesRequest Read(JsonElement root, HttpRequest request, bool counts)
    {
        var isNewVersion = ApiVersion.IsNew(request);
        var isBeta = request.Headers.ContainsKey("anthropic-beta");
        var body = new FieldReader(root, []);
        var name = body.Text("model", required: true);
        if (name is null)
            body.ThrowIfWrong();
        var model = AnthropicModels.Find(name!);
        var maxTokens = counts ? null : body.Integer("max_tokens", 0);
        if (!counts && maxTokens is null && body.Errors.Count == 0)
            body.Text("max_tokens", required: true);
        var messages = new MessagesReader(body, model, isNewVersion);
        messages.Read();
        var system = body.Any("system", out var given) && given.ValueKind != JsonValueKind.Null
            ? new BlockReader(model, isNewVersion).Read(body, "system", "system").Text.ToString()
            : "";
        var thinking = Thinking.Read(body);
        var tools = ToolsReader.Read(body, model, thinking.IsOn);
        var (effort, schema) = ReadOutput(body, isBeta);
        var stream = false;
        string[] stops = [];
        var sampling = new Sampling(null, null, null);
        if (!counts)
        {
            stream = body.Flag("stream", nullable: true) ?? false;
            stops = body.TextOrTexts("stop_sequences", nullable: true) ?? [];
            sampling = Sampling.Read(body, isNewVersion);
            body.OneOf("service_tier", Tiers, nullable: true);
            body.Object("metadata", nullable: true)?.Text("user_id", nullable: true);
            body.Ignore("container", "diagnostics", "inference_geo");
        }

        body.Ignore("speed", "user_profile_id", "workspace_id");
        if (isBeta)
            body.Ignore("context_management", "mcp_servers", "betas");
        BlockReader.ReadCacheControl(body);
        body.RejectOthers();
        body.ThrowIfWrong();

        CheckLimits(model, maxTokens, stops);
        CheckOutput(model, effort, schema, messages.IsPrefilled);
        thinking.Check(model, effort, maxTokens);
        sampling.Check(model, thinking.IsOn);
        messages.Check(thinksByBudget: thinking.Type == "enabled");
        if (messages.HasToolBlocks && tools.Tools.Count == 0)
            throw Refused("Requests which have `tool_use` or `tool_result` blocks in `messages` must define tools.");

        var cache = CacheMarks.Of(root);
        var asked = messages.Messages();
        if (system.Length > 0)
            asked.Insert(0, new("system", system));
        var lastText = asked.LastOrDefault(message => message.Role == "user")?.Text ?? "";
        var behavior = EmulatedBehavior.FromModelName(name!).WithHeader(request.Headers[EmulatedBehavior.HeaderName]);
        if (behavior.Blocks || lastText.Contains(RefusalTrigger, StringComparison.Ordinal))
            behavior = behavior with { Refuses = true };
        var seed = CanonicalHash.Of("anthropic messages", root, IgnoredBySeed);
        var question = new ChatQuestion(asked, tools, new(schema is not null, schema), behavior, seed)
        {
            Reasons = !behavior.Refuses && (thinking.IsOn || (thinking.Type == "between_tools" && messages.EndsInResults)),
            CallIds = CallIds.OfAnthropic,
        };
        return new(model, question.Answer(new(maxTokens, stops, Fragments: stream), cache.Total), stream, seed, cache)
        {
            OmitsThinking = thinking.IsOmitted,
            Redacts = lastText.Contains(RedactionTrigger, StringComparison.Ordinal),
        };
    }

    private static (string? Effort, JsonElement? Schema) ReadOutput(FieldReader body, bool isBeta)
    {
        string? effort = null;
        JsonElement? schema = null;
        if (body.Object("output_config", nullable: true) is { } config)
        {
            effort = config.OneOf("effort", Efforts, nullable: true);
            config.Ignore("task_budget");
            schema = ReadFormat(config, "format");
            config.RejectOthers();
        }

        // The name of the member while it was a beta.
        return (effort, schema ?? (isBeta ? ReadFormat(body, "output_format") : null));
    }

    private static JsonElement? ReadFormat(FieldReader owner, string member)
    {
        if (owner.Object(member, nullable: true) is not { } format)
            return null;
        format.OneOf("type", FormatTypes, required: true);
        var schema = format.Object("schema", required: true)?.Value;
        format.RejectOthers();
        return schema;
    }

    private static void CheckLimits(AnthropicModel model, int? maxTokens, string[] stops)
    {
        if (maxTokens == 0)
            throw Refused("max_tokens: Input should be greater than or equal to 1");
        if (maxTokens > model.MaxTokens)
            throw Refused($"max_tokens: {maxTokens} > {model.MaxTokens}, which is the maximum allowed number of output tokens for {model.Id}");
        if (Array.Exists(stops, string.IsNullOrWhiteSpace))
            throw Refused("stop_sequences: each stop sequence must contain non-whitespace");
    }

    private static void CheckOutput(AnthropicModel model, string? effort, JsonElement? schema, bool isPrefilled)
    {
        if (effort is not null && !model.Efforts.Contains(effort))
        {
            throw Refused(model.Efforts.Length == 0
                ? "This model does not support the effort parameter."
                : $"output_config.effort: \"{effort}\" is not supported for this model. Supported values are: {string.Join(", ", model.Efforts)}.");
        }

        if (schema is not { } checkedSchema)
            return;
        if (!model.WritesBySchema)
            throw Refused($"output_config.format: '{model.Id}' does not support output format.");
        if (isPrefilled)
            throw Refused("output_config.format: assistant message prefill is not compatible with output format.");
        ClosedSchema.Check(checkedSchema, "output_config.format.schema");
    }

    private static ApiException Refused(string message) => new(AnthropicError.Invalid(message));
}
