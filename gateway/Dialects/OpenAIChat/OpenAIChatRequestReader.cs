using System.Text.Json;
using Dragoman.Conversation;
using Dragoman.Dialects.ChatCompletions;
using Dragoman.Dialects.Requests;
using Dragoman.Locales;
using Dragoman.Wire;

namespace Dragoman.Dialects.OpenAIChat;

/// <summary>Reads OpenAI's chat request into the canonical one (specs/dialects.md 2).</summary>
internal static class OpenAIChatRequestReader
{
    /// <summary>The known top-level members, except for those of sampling.</summary>
    internal static readonly string[] Known =
    [
        "model", "messages", "stream", "stream_options", "tools", "tool_choice", "parallel_tool_calls", "response_format",
        "reasoning_effort", "reasoning", "logprobs", "top_logprobs", "modalities", "audio",
        "user", "safety_identifier", "metadata", "service_tier", "prompt_cache_key", "store", "verbosity", "prediction", "web_search_options",
    ];

    public static ChatRequest Read(RequestObject request, StateEnvelope envelope)
    {
        var pairing = new ToolCallPairing();
        var family = new RequestFamily([], new UnreadMembers());
        var turns = request.Objects("messages").Select(message => ReadMessage(message, pairing, envelope, family)).ToList();
        if (turns.Count == 0)
            throw GatewayException.Invalid("messages", FixedText.NoMessages);
        if (request.Find("functions") is not null || request.Find("function_call") is not null)
            throw GatewayException.Invalid("functions", RequestText.OldFunctions);

        if (request.Find("web_search_options") is not null)
            family.Needs(() => new FamilyMember("web_search_options", FamilyText.WebSearch));
        var tools = ReadTools(request, family);
        if (request.Object("stream_options") is { } options)
            family.Unread.Note(options, "stream_options", "include_usage");
        return new ChatRequest
        {
            Model = request.RequiredString("model"),
            Family = OpenAIFamily.Name,
            Client = OpenAIFamily.Client,
            Stream = request.Bool("stream") ?? false,
            IncludeUsage = request.Object("stream_options")?.Bool("include_usage") ?? false,
            Turns = turns,
            Tools = tools,
            ToolChoice = ReadToolChoice(request, tools),
            ParallelToolCalls = request.Bool("parallel_tool_calls"),
            Format = ReadFormat(request, family),
            Reasoning = ReadReasoning(request),
            AudioOutput = ReadAudioOutput(request),
            Hints = ReadHints(request),
            FamilyMembers = family.Members,
            FamilyHints = family.Unread.Found,
            Sampling = SamplingReader.Read(request) with { Logprobs = request.Bool("logprobs"), TopLogprobs = ReadTopLogprobs(request) },
            Extensions = SamplingReader.ReadExtensions(request, Known),
        };
    }

    private static Turn ReadMessage(RequestObject message, ToolCallPairing pairing, StateEnvelope envelope, RequestFamily family)
    {
        var role = message.RequiredString("role");
        family.Unread.Note(message, "messages[]", "role", "content", "name", "tool_calls", "tool_call_id", "refusal", "reasoning_content", "reasoning", "audio", "function_call");
        return role switch
        {
            "system" => new Turn(Role.System, ReadContent(message, family)) { Name = message.String("name") },
            "developer" => new Turn(Role.Developer, ReadContent(message, family)) { Name = message.String("name") },
            "user" => new Turn(Role.User, ReadContent(message, family)) { Name = message.String("name") },
            "assistant" => new Turn(Role.Assistant, [.. ReadAssistantParts(message, pairing, envelope, family)]) { Name = message.String("name") },
            "tool" => new Turn(Role.Tool, [pairing.ResultOf(message.RequiredString("tool_call_id"), ReadContent(message, family), message.FieldPath("tool_call_id"))]),
            _ => throw GatewayException.Invalid(
                message.FieldPath("role"),
                RequestText.OneOf(message.FieldPath("role"), role, "system", "developer", "user", "assistant", "tool")),
        };
    }

    private static List<Part> ReadContent(RequestObject message, RequestFamily family)
    {
        switch (message.Find("content"))
        {
            case null:
                throw GatewayException.Invalid(message.FieldPath("content"), RequestText.Required(message.FieldPath("content")));
            case { ValueKind: JsonValueKind.String } text:
                return [new TextPart(JsonText.ReadString(text))];
            case { ValueKind: JsonValueKind.Array }:
                return [.. message.Objects("content").Select(part => ReadPart(part, family)).OfType<Part>()];
            case { } wrong:
                throw message.WrongType("content", RequestText.StringOrParts, wrong);
        }
    }

    /// <summary>Null for a part that only OpenAI itself can read.</summary>
    private static Part? ReadPart(RequestObject part, RequestFamily family)
    {
        var read = ReadPartBare(part, family);
        family.Unread.Note(part, "messages[].content[]", "type", "prompt_cache_breakpoint", "cache_control", part.RequiredString("type"));
        return read is not null && (part.Object("prompt_cache_breakpoint") ?? part.Object("cache_control")) is not null ? read with { Cache = new CacheMark(null) } : read;
    }

    private static Part? ReadPartBare(RequestObject part, RequestFamily family)
    {
        var type = part.RequiredString("type");
        switch (type)
        {
            case "text":
                return new TextPart(part.RequiredString("text"));
            case "refusal":
                return new RefusalPart(part.RequiredString("refusal"));
            case "image_url":
                return ReadImage(part, family);
            case "input_audio":
                var audio = part.Object("input_audio") ?? throw Required(part, "input_audio");
                var format = audio.RequiredString("format");
                family.Unread.Note(audio, "messages[].content[].input_audio", "data", "format");
                return new AudioPart(new InlineMedia($"audio/{format}", MediaType.ReadBase64(audio.RequiredString("data"), audio.FieldPath("data"))), format);
            case "file":
                var file = part.Object("file") ?? throw Required(part, "file");
                if (file.String("file_id") is not null)
                {
                    family.Needs(() => new FamilyMember(file.FieldPath("file_id"), FamilyText.FileAtOpenAI(file.FieldPath("file_id"))));
                    return null;
                }

                family.Unread.Note(file, "messages[].content[].file", "file_data", "filename");
                var media = MediaType.ReadInline(file.RequiredText("file_data"), file.FieldPath("file_data"));
                return new DocumentPart(media, file.String("filename"));
            default:
                throw GatewayException.Invalid(
                    part.FieldPath("type"),
                    RequestText.OneOf(part.FieldPath("type"), type, "text", "image_url", "input_audio", "file", "refusal"));
        }
    }

    /// <summary>Reads <c>image_url</c>: an object with a URL, or the bare URL that some clients send.</summary>
    private static ImagePart ReadImage(RequestObject part, RequestFamily family)
    {
        JsonElement written;
        string? detail = null;
        string field;
        if (part.Find("image_url") is { ValueKind: JsonValueKind.String } bare)
        {
            written = bare;
            field = part.FieldPath("image_url");
        }
        else
        {
            var image = part.Object("image_url") ?? throw Required(part, "image_url");
            written = image.RequiredText("url");
            detail = image.String("detail");
            family.Unread.Note(image, "messages[].content[].image_url", "url", "detail");
            field = image.FieldPath("url");
        }

        if (MediaType.IsDataUrl(written))
            return new ImagePart(MediaType.ReadInline(written, field), detail);
        var url = JsonText.ReadString(written);
        if (Uri.TryCreate(url, UriKind.Absolute, out var address) && address.Scheme is "http" or "https")
            return new ImagePart(new LinkedMedia(url), detail);
        throw GatewayException.Invalid(field, RequestText.DataOrWebUrl(field));
    }

    private static IEnumerable<Part> ReadAssistantParts(RequestObject message, ToolCallPairing pairing, StateEnvelope envelope, RequestFamily family)
    {
        if ((message.String("reasoning_content") ?? message.String("reasoning")) is { Length: > 0 } reasoning)
            yield return new ReasoningPart(reasoning);
        if (message.Find("content") is not null)
        {
            foreach (var part in ReadContent(message, family))
            {
                if (part is not TextPart { Text: "" })
                    yield return part;
            }
        }

        if (message.String("refusal") is { Length: > 0 } refusal)
            yield return new RefusalPart(refusal);
        if (message.Find("function_call") is not null)
            family.Needs(() => new FamilyMember(message.FieldPath("function_call"), FamilyText.OlderCall(message.FieldPath("function_call"))));
        foreach (var call in message.Objects("tool_calls"))
        {
            family.Unread.Note(call, "messages[].tool_calls[]", "id", "type", "index", "function", "custom", "extra_content");
            if (call.Object("custom") is { } custom)
            {
                yield return pairing.Call(call.RequiredString("id"), custom.RequiredString("name"), FreeText.ArgumentsOf(custom.RequiredString("input")));
                continue;
            }

            var function = call.Object("function") ?? throw Required(call, "function");
            var read = pairing.Call(call.RequiredString("id"), function.RequiredString("name"), ArgumentsReader.Read(function));
            yield return call.Object("extra_content")?.Object("google")?.String("thought_signature") is { Length: > 0 } signature
                ? read with { State = StateEnvelope.IsEnvelope(signature) ? envelope.Unwrap(signature) : new OpaqueState(StateKind.GeminiThoughtSignature, "", signature) }
                : read;
        }

        if (message.Object("audio") is not null)
            family.Needs(() => new FamilyMember(message.FieldPath("audio"), FamilyText.KeptAnswer(message.FieldPath("audio"))));
    }

    private static List<ToolDefinition> ReadTools(RequestObject request, RequestFamily family)
    {
        var tools = request.Objects("tools").Select(tool => ReadTool(tool, family)).ToList();
        if (tools.Count < 2)
            return tools;
        foreach (var twice in tools.GroupBy(tool => tool.Name).Where(group => group.Count() > 1))
            throw GatewayException.Invalid("tools", RequestText.NamedTwice(twice.Key, twice.Count()));
        return tools;
    }

    private static ToolDefinition ReadTool(RequestObject tool, RequestFamily family)
    {
        var type = tool.RequiredString("type");
        family.Unread.Note(tool, "tools[]", "type", type);
        if (type == "custom")
        {
            var custom = tool.Object("custom") ?? throw Required(tool, "custom");
            family.Unread.Note(custom, "tools[].custom", "name", "description", "format");
            return new ToolDefinition(custom.RequiredString("name"), custom.String("description"), FreeText.Parameters) { FreeText = new FreeText(custom.Raw("format")) };
        }

        if (type != "function")
            throw GatewayException.Invalid(tool.FieldPath("type"), RequestText.OneOf(tool.FieldPath("type"), type, "function", "custom"));
        var function = tool.Object("function") ?? throw Required(tool, "function");
        family.Unread.Note(function, "tools[].function", "name", "description", "parameters", "strict");
        if (function.Find("parameters") is { ValueKind: not JsonValueKind.Object } wrong)
            throw function.WrongType("parameters", RequestText.ASchema, wrong);
        return new ToolDefinition(function.RequiredString("name"), function.String("description"), function.Raw("parameters"), function.Bool("strict"))
        {
            Field = function.FieldPath("parameters"),
        };
    }

    private static ToolChoice? ReadToolChoice(RequestObject request, List<ToolDefinition> tools)
    {
        if (request.Find("tool_choice") is not { } choice)
            return null;
        if (choice.ValueKind == JsonValueKind.String)
        {
            return JsonText.ReadString(choice) switch
            {
                "auto" => ToolChoice.Auto,
                "none" => ToolChoice.None,
                "required" or "any" => ToolChoice.Required,
                var other => throw GatewayException.Invalid("tool_choice", RequestText.ChoiceOrFunction("tool_choice", other)),
            };
        }

        var named = request.Object("tool_choice")!.Value;
        return named.RequiredString("type") switch
        {
            "allowed_tools" => ReadAllowed(named.Object("allowed_tools") ?? named, tools),
            "function" => new ToolChoice(ToolChoiceKind.Named, NameOf(named, "function", ToolDefinition.NamesOf(tools))),
            "custom" => new ToolChoice(ToolChoiceKind.Named, NameOf(named, "custom", ToolDefinition.NamesOf(tools))),
            var type => throw GatewayException.Invalid("tool_choice.type", RequestText.OneOf("tool_choice.type", type, "function", "custom", "allowed_tools")),
        };
    }

    private static ToolChoice ReadAllowed(RequestObject choice, List<ToolDefinition> tools)
    {
        var known = ToolDefinition.NamesOf(tools);
        var names = choice.Objects("tools").Select(tool => NameOf(tool, tool.RequiredString("type"), known)).ToList();
        return choice.RequiredString("mode") switch
        {
            "auto" => ToolChoice.Auto with { Allowed = names },
            "required" => ToolChoice.Required with { Allowed = names },
            var mode => throw GatewayException.Invalid(choice.FieldPath("mode"), RequestText.OneOf(choice.FieldPath("mode"), mode, "auto", "required")),
        };
    }

    private static string NameOf(RequestObject reference, string kind, HashSet<string> known)
    {
        var inner = reference.Object(kind) ?? throw Required(reference, kind);
        var name = inner.RequiredString("name");
        return known.Contains(name)
            ? name
            : throw GatewayException.Invalid(inner.FieldPath("name"), RequestText.IsUnknownTool(inner.FieldPath("name"), name));
    }

    private static OutputFormat? ReadFormat(RequestObject request, RequestFamily family)
    {
        if (request.Object("response_format") is not { } format)
            return null;
        var type = format.RequiredString("type").Trim().ToLowerInvariant();
        family.Unread.Note(format, "response_format", "type", "json_schema");
        switch (type)
        {
            case "text":
                return null;
            case "json_object":
                return new OutputFormat(OutputFormatKind.JsonObject);
            case "json_schema":
                var schema = format.Object("json_schema") ?? throw Required(format, "json_schema");
                if (schema.Object("schema") is null)
                    throw Required(schema, "schema");
                return new OutputFormat(OutputFormatKind.JsonSchema, schema.Raw("schema"), schema.String("name") ?? "schema", schema.String("description"), schema.Bool("strict"))
                {
                    Field = schema.FieldPath("schema"),
                };
            default:
                throw GatewayException.Invalid("response_format.type", RequestText.OneOf("response_format.type", type, "text", "json_object", "json_schema"));
        }
    }

    private static AudioOutput? ReadAudioOutput(RequestObject request)
    {
        foreach (var modality in request.Strings("modalities"))
        {
            if (modality is not ("text" or "audio"))
                throw GatewayException.Invalid("modalities", RequestText.Modalities(modality));
        }

        if (!request.Strings("modalities").Contains("audio"))
            return null;
        var audio = request.Object("audio") ?? throw Required(request, "audio");
        return new AudioOutput(audio.Find("voice") is { ValueKind: JsonValueKind.String } voice ? JsonText.ReadString(voice) : null, audio.String("format"));
    }

    private static RequestHints ReadHints(RequestObject request) => new()
    {
        User = request.String("user") ?? request.String("safety_identifier"),
        Metadata = request.Object("metadata") is { } metadata && metadata.Members.Any() ? request.Raw("metadata") : null,
        ServiceTier = request.String("service_tier"),
        PromptCacheKey = request.String("prompt_cache_key"),
        Store = request.Bool("store"),
        Verbosity = request.String("verbosity"),
        Prediction = request.Object("prediction") is not null ? request.Raw("prediction") : null,
    };

    private static ReasoningRequest ReadReasoning(RequestObject request)
    {
        var value = request.String("reasoning_effort") ?? request.Object("reasoning")?.String("effort");
        return value switch
        {
            null => default,
            "none" => new ReasoningRequest(false, ReasoningEffort.None),
            "minimal" => new ReasoningRequest(true, ReasoningEffort.Minimal),
            "low" => new ReasoningRequest(true, ReasoningEffort.Low),
            "medium" => new ReasoningRequest(true, ReasoningEffort.Medium),
            "high" => new ReasoningRequest(true, ReasoningEffort.High),
            "xhigh" => new ReasoningRequest(true, ReasoningEffort.XHigh),
            "max" => new ReasoningRequest(true, ReasoningEffort.Max),
            _ => throw GatewayException.Invalid(
                "reasoning_effort",
                RequestText.OneOf("reasoning_effort", value, "none", "minimal", "low", "medium", "high", "xhigh", "max")),
        };
    }

    private static int? ReadTopLogprobs(RequestObject request) => request.Int32("top_logprobs") switch
    {
        null => null,
        >= 0 and <= 20 and var count => count,
        var count => throw GatewayException.Invalid("top_logprobs", RequestText.Between("top_logprobs", 0, 20, count)),
    };

    private static GatewayException Required(RequestObject owner, string name) =>
        GatewayException.Invalid(owner.FieldPath(name), RequestText.Required(owner.FieldPath(name)));

    /// <summary>Collects the members that only a provider of OpenAI's family can use.</summary>
    private sealed record RequestFamily(List<FamilyMember> Members, UnreadMembers Unread)
    {
        /// <summary>Keeps only the first member, which the error names for other providers. A list of all would have no limit.</summary>
        public void Needs(Func<FamilyMember> member)
        {
            if (Members.Count == 0)
                Members.Add(member());
        }
    }
}
