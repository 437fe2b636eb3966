using System.Text;
using Dragoman.Conversation;
using Dragoman.Locales;

namespace Dragoman.Dialects.OpenAIChat;

/// <summary>Converts a request to one that a kind of compatible server accepts, and reports what is lost.</summary>
internal static class CompatibleRequest
{
    /// <summary>The schema that replaces <c>json_object</c> for servers that only support schemas (P-62).</summary>
    private const string AnyObject = """{"type":"object","additionalProperties":true}""";

    /// <summary>Whether an OpenAI client's own JSON holds something that the server does not accept.</summary>
    /// <exception cref="GatewayException">The server lacks something that the client depends on.</exception>
    public static bool IsNeeded(CompatibleServer server, ChatRequest request) =>
        !ReferenceEquals(For(server, request, new LossReport()), request)
        || (!server.TakesImageUrls && request.Turns.Any(turn => turn.Parts.Any(part => part is ImagePart { Source: LinkedMedia })))
        || (request.ToolChoice?.Allowed is not null && server.ToolChoice != ToolChoiceSupport.Full)
        || (request.Sampling.RepeatPenalty is not null && !Says(request, server.RepeatPenalty))
        || (request.Reasoning.IsOff && server.ReasoningSwitch != ReasoningSwitch.Effort)
        || request.Turns.Any(turn => turn.Role == Role.Assistant && DiffersInReasoning(server.EchoesReasoning, turn));

    /// <exception cref="GatewayException">The server lacks something that the client depends on.</exception>
    public static ChatRequest For(CompatibleServer server, ChatRequest request, LossReport losses)
    {
        RefuseWhatIsMissing(server, request);
        request = WithTools(server, request, losses);
        var (turns, sampling) = (WithSystem(server, request.Turns), WithSampling(server, request.Sampling, losses));
        var (format, reasoning) = (WithFormat(server, request.Format, losses), WithReasoning(server, request.Reasoning, losses));
        return ReferenceEquals(turns, request.Turns) && sampling == request.Sampling && ReferenceEquals(format, request.Format) && reasoning == request.Reasoning
            ? request
            : request with { Turns = turns, Sampling = sampling, Format = format, Reasoning = reasoning };
    }

    private static bool Says(ChatRequest request, string? member) =>
        member is not null && request.Source?.Has(Encoding.UTF8.GetBytes(member)) == true;

    private static bool DiffersInReasoning(ReasoningEcho echo, Turn turn)
    {
        var hasReasoning = turn.Parts.Any(part => part is ReasoningPart);
        var isWanted = echo != ReasoningEcho.Never && (turn.ToolCalls.Any() || (echo == ReasoningEcho.Always && hasReasoning));
        return hasReasoning != isWanted;
    }

    private static void RefuseWhatIsMissing(CompatibleServer server, ChatRequest request)
    {
        if (!server.TakesChoices && request.Sampling.Choices > 1)
            throw GatewayException.Invalid("n", TargetText.OneAnswerAt(server.Name));
    }

    private static ChatRequest WithTools(CompatibleServer server, ChatRequest request, LossReport losses)
    {
        if (request.Tools.Count == 0)
            return request;
        if (request.ParallelToolCalls is not null && !server.TakesParallelToolCalls)
        {
            losses.Dropped("parallel_tool_calls");
            request = request with { ParallelToolCalls = null };
        }

        return (request.ToolChoice?.Kind, server.ToolChoice) switch
        {
            (ToolChoiceKind.Named, ToolChoiceSupport.Words) => Emulated(request with { Tools = Named(), ToolChoice = ToolChoice.Required }),
            (ToolChoiceKind.Named, ToolChoiceSupport.Ignored) => Emulated(request with { Tools = Named(), ToolChoice = null }),
            (ToolChoiceKind.None, ToolChoiceSupport.Ignored) => Emulated(request with { Tools = [], ToolChoice = null, ParallelToolCalls = null }),
            (ToolChoiceKind.Required, ToolChoiceSupport.Ignored) => Dropped(request with { ToolChoice = null }),
            (ToolChoiceKind.Auto, ToolChoiceSupport.Ignored) => request with { ToolChoice = null },
            _ => request,
        };

        List<ToolDefinition> Named() => [.. request.Tools.Where(tool => tool.Name == request.ToolChoice!.Name)];

        ChatRequest Emulated(ChatRequest changed)
        {
            losses.Emulated("tool_choice");
            return changed;
        }

        ChatRequest Dropped(ChatRequest changed)
        {
            losses.Dropped("tool_choice");
            return changed;
        }
    }

    /// <summary>Chat templates have no role developer, and many of them accept only one system message.</summary>
    private static IReadOnlyList<Turn> WithSystem(CompatibleServer server, IReadOnlyList<Turn> turns)
    {
        var leading = turns.TakeWhile(turn => turn is { Role: Role.System or Role.Developer, Name: null } && turn.Parts.All(part => part is TextPart)).ToList();
        var merges = server.MergesSystem && leading.Count > 1;
        if (!merges && !turns.Any(turn => turn.Role == Role.Developer))
            return turns;
        var rest = merges ? turns.Skip(leading.Count) : turns;
        var changed = rest.Select(turn => turn.Role == Role.Developer ? turn with { Role = Role.System } : turn);
        return merges ? [Turn.Of(Role.System, string.Join("\n\n", leading.Select(turn => turn.Text))), .. changed] : [.. changed];
    }

    private static Sampling WithSampling(CompatibleServer server, Sampling sampling, LossReport losses)
    {
        if (Drops("top_k", sampling.TopK is not null && !server.TakesTopK))
            sampling = sampling with { TopK = null };
        if (Drops("min_p", sampling.MinP is not null && !server.TakesMinP))
            sampling = sampling with { MinP = null };
        if (Drops("repeat_penalty", sampling.RepeatPenalty is not null && server.RepeatPenalty is null))
            sampling = sampling with { RepeatPenalty = null };
        if (Drops("seed", sampling.Seed is not null && !server.TakesSeed))
            sampling = sampling with { Seed = null };
        if (Drops("logit_bias", sampling.LogitBias is not null && !server.TakesLogitBias))
            sampling = sampling with { LogitBias = null };
        return sampling;

        bool Drops(string name, bool isDropped)
        {
            if (isDropped)
                losses.Dropped(name);
            return isDropped;
        }
    }

    private static OutputFormat? WithFormat(CompatibleServer server, OutputFormat? format, LossReport losses)
    {
        if (format?.Kind != OutputFormatKind.JsonObject || server.TakesJsonObject)
            return format;
        losses.Emulated("response_format");
        return new OutputFormat(OutputFormatKind.JsonSchema, AnyObject, "json");
    }

    private static ReasoningRequest WithReasoning(CompatibleServer server, ReasoningRequest reasoning, LossReport losses)
    {
        if (!server.HasHighestEffortHigh)
            return reasoning;
        switch (ReasoningBudget.EffortOf(reasoning))
        {
            case ReasoningEffort.XHigh or ReasoningEffort.Max:
                losses.Clamped("reasoning_effort");
                return reasoning with { Effort = ReasoningEffort.High };
            case ReasoningEffort.Minimal:
                losses.Clamped("reasoning_effort");
                return reasoning with { Effort = ReasoningEffort.Low };
            default:
                return reasoning;
        }
    }
}
