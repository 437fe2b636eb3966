using System.Text.Json;
using Dragoman.Conversation;
using Dragoman.Dialects.Requests;
using Dragoman.Locales;

namespace Dragoman.Dialects.Anthropic.Inbound;

/// <summary>Reads Anthropic's request into the canonical one (specs/dialects.md 2).</summary>
internal static class AnthropicMessagesReader
{
    internal static readonly string[] Known =
    [
        "model", "messages", "system", "max_tokens", "stream", "stop_sequences", "temperature", "top_p", "top_k", "tools", "tool_choice",
        "thinking", "output_config", "output_format", "metadata", "service_tier", "container", "context_management", "mcp_servers", "inference_geo",
    ];

    private static readonly string[] SamplingMembers = ["temperature", "top_p", "top_k"];

    /// <param name="request">The body.</param>
    /// <param name="context">The headers and the envelope.</param>
    /// <param name="generates">Whether an answer is wanted, which needs a limit. Otherwise only the tokens are counted.</param>
    /// <exception cref="GatewayException">The request is malformed. The error names the member.</exception>
    public static ChatRequest Read(RequestObject request, RequestContext context, bool generates)
    {
        var version = AnthropicMessagesVersion.Of(context);
        var family = new AnthropicMessagesFamily();
        var model = request.RequiredString("model");
        var turns = AnthropicMessagesConversation.Read(request, context.Envelope, version, family);
        var limit = ReadLimit(request, generates, family);
        var tools = AnthropicMessagesTools.Read(request, family);
        var choice = AnthropicMessagesTools.ReadChoice(request);
        ReadFamilyMembers(request, family);
        if (!string.IsNullOrEmpty(context.Header("anthropic-beta")))
            family.Likes("anthropic-beta");
        return new ChatRequest
        {
            Model = model,
            Family = AnthropicFamily.Name,
            FamilyHeaders = AnthropicMessagesVersion.HeadersOf(context, version),
            Stream = request.Bool("stream") ?? false,
            IncludeUsage = true,
            Turns = turns,
            Tools = tools,
            ToolChoice = choice,
            ParallelToolCalls = request.Object("tool_choice")?.Bool("disable_parallel_tool_use") is true ? false : null,
            Format = AnthropicMessagesOutput.ReadFormat(request),
            Reasoning = AnthropicMessagesOutput.ReadReasoning(request, family),
            Sampling = ReadSampling(request, version) with { MaxOutputTokens = limit },
            Hints = ReadHints(request),
            FamilyMembers = family.Members,
            FamilyHints = family.Hints,
            Extensions = ReadExtensions(request),
        };
    }

    /// <summary>A limit of zero asks Anthropic to cache the prompt without an answer (specs/dialects.md 2.8).</summary>
    private static int? ReadLimit(RequestObject request, bool generates, AnthropicMessagesFamily family)
    {
        switch (request.Int32("max_tokens"))
        {
            case null when generates:
                throw GatewayException.Invalid("max_tokens", RequestText.Required("max_tokens"));
            case null:
                return null;
            case 0:
                family.Needs("max_tokens", FamilyText.CachesPrompt, FamilyText.MustBeAtLeastOne);
                return null;
            case < 0 and var limit:
                throw GatewayException.Invalid("max_tokens", RequestText.AtLeast("max_tokens", 1, limit));
            case var limit:
                return limit;
        }
    }

    private static Sampling ReadSampling(RequestObject request, string version)
    {
        if (AnthropicMessagesVersion.IsWithoutSampling(version) && Array.Find(SamplingMembers, name => request.Find(name) is not null) is { } extra)
            throw GatewayException.Invalid(extra, FixedText.ExtraInput(extra));
        return new Sampling
        {
            Temperature = Share(request, "temperature"),
            TopP = Share(request, "top_p"),
            TopK = request.Int32("top_k") switch
            {
                null => null,
                >= 0 and var count => count,
                var count => throw GatewayException.Invalid("top_k", RequestText.AtLeast("top_k", 0, count)),
            },
            Stop = RequestLimits.CheckStop([.. request.Strings("stop_sequences").Select((sequence, index) => string.IsNullOrWhiteSpace(sequence)
                ? throw GatewayException.Invalid($"stop_sequences[{index}]", RequestText.Blank($"stop_sequences[{index}]"))
                : sequence)], "stop_sequences"),
        };
    }

    private static double? Share(RequestObject request, string name) => request.Number(name) is not { } value || value is >= 0 and <= 1
        ? request.Number(name)
        : throw GatewayException.Invalid(name, RequestText.Between(name, 0, 1, value));

    private static RequestHints ReadHints(RequestObject request) => new()
    {
        User = request.Object("metadata")?.String("user_id"),
        ServiceTier = request.String("service_tier") switch
        {
            null => null,
            "auto" => "auto",
            "standard_only" => "default",
            var other => throw GatewayException.Invalid("service_tier", RequestText.OneOf("service_tier", other, "auto", "standard_only")),
        },
    };

    private static void ReadFamilyMembers(RequestObject request, AnthropicMessagesFamily family)
    {
        if (request.Find("container") is not null)
            family.Needs("container", FamilyText.IsSandbox);
        if (request.HasElements("mcp_servers"))
            family.Needs("mcp_servers", FamilyText.AreCalledThere, FamilyText.CallInClient);
        if (request.Find("inference_geo") is not null)
            family.Needs("inference_geo", FamilyText.ChoosesPlace);
        if (request.Object("context_management") is not { } management)
            return;
        // Clearing old results or thinking only shortens the prompt. Any other edit changes the answer.
        if (management.Members.All(member => member.Name == "edits")
            && management.Objects("edits").All(edit => edit.String("type")?.StartsWith("clear_", StringComparison.Ordinal) == true))
            family.Likes("context_management");
        else
            family.Needs("context_management", FamilyText.IsDoneThere, FamilyText.OnlyClearingEdits);
    }

    private static Dictionary<string, string> ReadExtensions(RequestObject request)
    {
        var extensions = new Dictionary<string, string>();
        foreach (var (name, value) in request.MembersBeside(Known))
        {
            if (value.ValueKind != JsonValueKind.Null)
                extensions[name] = value.GetRawText();
        }

        if (request.Object("metadata") is { } metadata && metadata.Members.Any(member => member.Name != "user_id"))
            extensions["metadata"] = request.Raw("metadata")!;
        return extensions;
    }
}
