using System.Text.Json;
using Dragoman.Conversation;
using Dragoman.Dialects.Requests;
using Dragoman.Locales;

namespace Dragoman.Dialects.OpenAIResponses.Inbound;

/// <summary>Reads a request of OpenAI's Responses into the canonical one (specs/dialects.md 1.1, 2).</summary>
internal static class ResponsesRequestReader
{
    private const string LogprobsInclude = "message.output_text.logprobs";

    /// <summary>The <c>include</c> value for state that the gateway's answers always hold.</summary>
    private const string ReasoningInclude = "reasoning.encrypted_content";

    internal static readonly string[] Known =
    [
        "model", "input", "instructions", "stream", "stream_options", "tools", "tool_choice", "parallel_tool_calls", "text",
        "reasoning", "max_output_tokens", "temperature", "top_p", "top_logprobs", "include", "metadata", "user", "safety_identifier",
        "service_tier", "prompt_cache_key", "store", "truncation", "previous_response_id", "conversation", "background", "prompt", "context_management",
    ];

    public static ChatRequest Read(RequestObject request, StateEnvelope envelope)
    {
        var bound = new List<FamilyMember>();
        var unread = FindUnread(request);
        ReadBoundMembers(request, bound);
        var turns = new List<Turn>();
        if (request.String("instructions") is { Length: > 0 } instructions)
            turns.Add(Turn.Of(Role.System, instructions));
        turns.AddRange(ResponsesInputReader.Read(request, envelope, bound, unread));
        if (turns.Count == 0 && bound.Count == 0 && request.Find("generate")?.ValueKind != JsonValueKind.False)
            throw GatewayException.Invalid("input", RequestText.Required("input"));
        var tools = ResponsesToolReader.ReadTools(request, bound);

        return new ChatRequest
        {
            Model = request.RequiredString("model"),
            Family = ResponsesFamily.Name,
            Client = ResponsesFamily.Client,
            Stream = request.Bool("stream") ?? false,
            IncludeUsage = true,
            Turns = turns,
            Tools = tools,
            ToolChoice = ResponsesToolReader.ReadChoice(request, tools, bound),
            ParallelToolCalls = request.Bool("parallel_tool_calls"),
            Format = ReadFormat(request),
            Reasoning = ReadReasoning(request),
            Sampling = ReadSampling(request),
            DropsOldestTurns = ReadTruncation(request),
            Hints = ReadHints(request),
            FamilyMembers = bound,
            FamilyHints = unread.Found,
            Extensions = ReadExtensions(request),
        };
    }

    /// <summary>Whether the request only warms up: <c>generate: false</c>, from OpenAI's WebSocket mode.</summary>
    public static bool IsWarmUp(ChatRequest request) => request.Extensions.TryGetValue("generate", out var generate) && generate == "false";

    /// <summary>Collects the members that need a provider that stores responses or runs tools itself.</summary>
    private static void ReadBoundMembers(RequestObject request, List<FamilyMember> bound)
    {
        if (request.String("previous_response_id") is { } previous)
        {
            bound.Add(new FamilyMember(
                "previous_response_id",
                FixedText.PreviousResponseNotFound(previous),
                "previous_response_not_found"));
        }

        if (request.Find("conversation") is not null)
            bound.Add(new FamilyMember("conversation", FamilyText.NoConversations));
        if (request.Bool("background") == true)
            bound.Add(new FamilyMember("background", FamilyText.NoBackground));
        if (request.Find("prompt") is not null)
            bound.Add(new FamilyMember("prompt", FamilyText.NoTemplates));
        if (request.Find("context_management") is not null)
            bound.Add(new FamilyMember("context_management", FamilyText.NoContextManagement));
    }

    private static Sampling ReadSampling(RequestObject request)
    {
        var topLogprobs = request.Int32("top_logprobs");
        if (topLogprobs is < 0 or > 20)
            throw GatewayException.Invalid("top_logprobs", RequestText.Between("top_logprobs", 0, 20, topLogprobs));
        var wantsLogprobs = topLogprobs > 0 || request.Strings("include").Contains(LogprobsInclude);
        var limit = request.Int32("max_output_tokens");
        if (limit is < 1)
            throw GatewayException.Invalid("max_output_tokens", RequestText.AtLeast("max_output_tokens", 1, limit));
        return new Sampling
        {
            Temperature = Within(request, "temperature", 2),
            TopP = Within(request, "top_p", 1),
            MaxOutputTokens = limit,
            Logprobs = wantsLogprobs ? true : null,
            TopLogprobs = wantsLogprobs ? topLogprobs : null,
        };
    }

    private static double? Within(RequestObject request, string name, double most) => request.Number(name) switch
    {
        null => null,
        >= 0 and var value when value <= most => value,
        var value => throw GatewayException.Invalid(name, RequestText.Between(name, 0, most, value)),
    };

    private static OutputFormat? ReadFormat(RequestObject request)
    {
        if (request.Object("text")?.Object("format") is not { } format)
            return null;
        var type = format.RequiredString("type");
        switch (type)
        {
            case "text":
                return null;
            case "json_object":
                return new OutputFormat(OutputFormatKind.JsonObject);
            case "json_schema":
                if (format.Object("schema") is null)
                    throw GatewayException.Invalid("text.format.schema", RequestText.Required("text.format.schema"));
                return new OutputFormat(
                    OutputFormatKind.JsonSchema,
                    format.Raw("schema"),
                    format.String("name") ?? "schema",
                    format.String("description"),
                    format.Bool("strict"))
                {
                    Field = format.FieldPath("schema"),
                };
            default:
                throw GatewayException.Invalid("text.format.type", RequestText.OneOf("text.format.type", type, "text", "json_object", "json_schema"));
        }
    }

    private static ReasoningRequest ReadReasoning(RequestObject request)
    {
        if (request.Object("reasoning") is not { } reasoning)
            return default;
        var visible = (reasoning.String("summary") ?? reasoning.String("generate_summary")) is not null ? true : (bool?)null;
        var effort = reasoning.String("effort");
        ReasoningEffort? level = effort switch
        {
            null => null,
            "none" => ReasoningEffort.None,
            "minimal" => ReasoningEffort.Minimal,
            "low" => ReasoningEffort.Low,
            "medium" => ReasoningEffort.Medium,
            "high" => ReasoningEffort.High,
            "xhigh" => ReasoningEffort.XHigh,
            "max" => ReasoningEffort.Max,
            _ => throw GatewayException.Invalid("reasoning.effort", RequestText.OneOf("reasoning.effort", effort, "none", "minimal", "low", "medium", "high", "xhigh", "max")),
        };
        return new ReasoningRequest(level is null ? null : level != ReasoningEffort.None, level) { IsVisible = visible };
    }

    private static bool ReadTruncation(RequestObject request) => request.String("truncation") switch
    {
        null or "disabled" => false,
        "auto" => true,
        var other => throw GatewayException.Invalid("truncation", RequestText.OneOf("truncation", other, "auto", "disabled")),
    };

    /// <summary>Nothing is stored anyway, so <c>store</c> becomes a hint only when the client asks to store the answer.</summary>
    private static RequestHints ReadHints(RequestObject request) => new()
    {
        User = request.String("safety_identifier") ?? request.String("user"),
        Metadata = request.Object("metadata") is { } metadata && metadata.Members.Any() ? request.Raw("metadata") : null,
        ServiceTier = request.String("service_tier"),
        PromptCacheKey = request.String("prompt_cache_key"),
        Store = request.Bool("store") == true ? true : null,
        Verbosity = request.Object("text")?.String("verbosity"),
    };

    private static UnreadMembers FindUnread(RequestObject request)
    {
        var unread = new UnreadMembers();
        if (request.Object("stream_options") is { } options)
            unread.Note(options, "stream_options");
        if (request.Object("text") is { } text)
            unread.Note(text, "text", "format", "verbosity");
        if (request.Object("reasoning") is { } reasoning)
            unread.Note(reasoning, "reasoning", "effort", "summary", "generate_summary");
        return unread;
    }

    private static Dictionary<string, string> ReadExtensions(RequestObject request)
    {
        var extensions = new Dictionary<string, string>();
        foreach (var (name, value) in request.MembersBeside(Known))
        {
            if (value.ValueKind != JsonValueKind.Null)
                extensions[name] = value.GetRawText();
        }

        if (request.Strings("include").Any(word => word is not (LogprobsInclude or ReasoningInclude)))
            extensions["include"] = request.Raw("include")!;
        return extensions;
    }
}
