using System.Buffers;
using System.Text;
using System.Text.Json;
using Dragoman.Conversation;
using Dragoman.Dialects;
using Dragoman.Dialects.Answers;
using Dragoman.Gateway.Tests.Dialects;

namespace Dragoman.Gateway.Tests.Translation;

/// <summary>Writes an answer with every possible part in every inbound dialect, whole and streamed.</summary>
public sealed class AnswerTableTests
{
    private static readonly Usage Counts = new(InputTotal: 11117, OutputTotal: 22229, CacheRead: 3331, CacheWrite: 4447, Reasoning: 5557);

    private static readonly Dictionary<string, (Action<IAnswerEvents> Raise, string Value)> Held = new()
    {
        ["text"] = (events => events.Text(0, "spoken words"u8), "spoken words"),
        ["reasoning"] = (events => events.Reasoning(0, "thoughts of it"u8), "thoughts of it"),
        ["reasoning state of Anthropic's"] = (events => Reason(events, StateKind.AnthropicSignature), "gw1.as"),
        ["reasoning state of OpenAI's"] = (events => Reason(events, StateKind.OpenAIReasoning), "gw1.or"),
        ["call state of Gemini's"] = (events => Call(events, OpaqueState.Of(StateKind.GeminiThoughtSignature, "g", "c3RhdGU=")), "gw1.gt"),
        ["refusal"] = (events => events.Refusal(0, "refusing words"u8), "refusing words"),
        ["tool call: id"] = (events => Call(events), "call_4711"),
        ["tool call: name"] = (events => Call(events), "weather"),
        ["tool call: arguments"] = (events => Call(events), "Oslo"),
        ["picture"] = (events => events.Media(0, "image/png", "iVBORw0KGgoBAgM="u8), "iVBORw0KGgoBAgM="),
        ["log probabilities"] = (events => events.Logprobs(0, """{"token":"token7","logprob":-0.5,"bytes":[1],"top_logprobs":[]}"""u8), "token7"),
        ["usage: input, cache included"] = (_ => { }, "11117"),
        ["usage: input, cache not included"] = (_ => { }, "3339"),
        ["usage: output"] = (_ => { }, "22229"),
        ["usage: read from the cache"] = (_ => { }, "3331"),
        ["usage: written to the cache"] = (_ => { }, "4447"),
        ["usage: reasoning"] = (_ => { }, "5557"),
        ["stopped: which sequence"] = (_ => { }, "STOPWORD"),
    };

    /// <summary>The places of the stop reasons.</summary>
    private static readonly Dictionary<string, string[]> StopPlaces = new()
    {
        ["openai.chat"] = ["choices[0].finish_reason"],
        ["openai.completions"] = ["choices[0].finish_reason"],
        ["openai.responses"] = ["status", "incomplete_details.reason"],
        ["anthropic.messages"] = ["stop_reason"],
        ["ollama.chat"] = ["done_reason"],
        ["ollama.generate"] = ["done_reason"],
    };

    private static IEnumerable<string> Names => Held.Keys.Concat(Enum.GetNames<StopReason>().Select(name => $"stopped: {name}"));

    public static TheoryData<string> Rows() => [.. Names];

    [Theory]
    [MemberData(nameof(Rows))]
    public void What_an_answer_holds_is_where_the_table_says(string held)
    {
        var table = AnswerTable.Load();
        var wrong = new StringBuilder();
        foreach (var dialect in TranslationGateway.Dialects)
        {
            var stated = table.Rows.GetValueOrDefault(held)?.GetValueOrDefault(dialect.Name);
            var actual = Held.TryGetValue(held, out var part)
                ? Find(dialect, part.Raise, part.Value)
                : FindStop(dialect, Enum.Parse<StopReason>(held["stopped: ".Length..]));
            if (stated != actual)
                wrong.AppendLine($"{held} | {dialect.Name} | stated: {stated} | actual: {actual}");
        }

        Assert.True(wrong.Length == 0, Environment.NewLine + wrong);
    }

    [Fact]
    public void The_table_holds_nothing_else() => Assert.Equal(Names.Order(), AnswerTable.Load().Rows.Keys.Order());

    /// <summary>The place of a value in the whole answer, unless the dialect rejects it. The stream must hold it exactly if the whole answer does.</summary>
    private static string Find(IInboundDialect dialect, Action<IAnswerEvents> raise, string value)
    {
        var request = RequestOf(dialect);
        var isStreamed = Stream(dialect, request, raise).Contains(value, StringComparison.Ordinal);
        try
        {
            var place = PlaceOf("", Answer(dialect, request, raise), value);
            Assert.Equal(place is not null, isStreamed);
            return place ?? "dropped";
        }
        catch (GatewayException)
        {
            Assert.False(isStreamed);
            return "refused";
        }
    }

    private static string FindStop(IInboundDialect dialect, StopReason reason)
    {
        void Raise(IAnswerEvents events)
        {
            if (reason == StopReason.ToolCalls)
                Call(events);
        }

        var answer = Answer(dialect, RequestOf(dialect), Raise, reason);
        var words = StopPlaces[dialect.Name].Select(place => (place, Word: At(answer, place))).Where(each => each.Word is not null).ToList();
        var stream = Stream(dialect, RequestOf(dialect), Raise, reason);
        Assert.All(words, each => Assert.Contains($"\"{each.Word}\"", stream, StringComparison.Ordinal));
        return string.Join(", ", words.Select(each => $"{each.place} = {each.Word}"));
    }

    private static ChatRequest RequestOf(IInboundDialect dialect) =>
        dialect.Read(Json.Parse(TranslationTable.Of(dialect.Name).Minimal.ToJsonString()), RequestContext.Bare) with
        {
            IncludeUsage = true,
            Sampling = new Sampling { Logprobs = true },
            Tools = [new ToolDefinition("weather", null, null)],
        };

    private static JsonElement Answer(IInboundDialect dialect, ChatRequest request, Action<IAnswerEvents> raise, StopReason? reason = null)
    {
        var collector = new AnswerCollector();
        Play(collector, raise, reason);
        var output = new ArrayBufferWriter<byte>();
        dialect.WriteAnswer(InboundCalls.Context(request), collector.Answer, output);
        return Json.Parse(output.WrittenMemory);
    }

    private static string Stream(IInboundDialect dialect, ChatRequest request, Action<IAnswerEvents> raise, StopReason? reason = null)
    {
        var output = new ArrayBufferWriter<byte>();
        var stream = dialect.OpenStream(InboundCalls.Context(request with { Stream = true }), output);
        try
        {
            Play(stream, raise, reason);
        }
        catch (GatewayException refusal)
        {
            stream.Fail(refusal.Error);
        }

        return Json.TextOf(output);
    }

    private static void Play(IAnswerEvents events, Action<IAnswerEvents> raise, StopReason? reason)
    {
        events.Start("up-1");
        raise(events);
        events.Text(0, "."u8);
        if (reason is { } other)
            events.Stop(0, other);
        else
            events.Stop(0, StopReason.StopSequence, "STOPWORD");
        events.Usage(Counts);
        events.End();
    }

    private static void Reason(IAnswerEvents events, StateKind kind)
    {
        events.Reasoning(0, "hm"u8);
        events.State(0, null, OpaqueState.Of(kind, "some-model", "c3RhdGU="));
    }

    private static void Call(IAnswerEvents events, OpaqueState? state = null)
    {
        events.ToolStart(0, 0, "call_4711", "weather");
        events.ToolArguments(0, 0, """{\"city\":\"Oslo\"}"""u8);
        if (state is not null)
            events.State(0, 0, state);
        events.ToolEnd(0, 0);
    }

    private static string? PlaceOf(string path, JsonElement json, string value) => json.ValueKind switch
    {
        JsonValueKind.Object => json.EnumerateObject()
            .Select(member => PlaceOf(path.Length == 0 ? member.Name : $"{path}.{member.Name}", member.Value, value)).FirstOrDefault(place => place is not null),
        JsonValueKind.Array => json.EnumerateArray().Select((item, index) => PlaceOf($"{path}[{index}]", item, value)).FirstOrDefault(place => place is not null),
        JsonValueKind.String => json.GetString()!.Contains(value, StringComparison.Ordinal) ? path : null,
        _ => json.GetRawText() == value ? path : null,
    };

    private static string? At(JsonElement json, string place)
    {
        foreach (var step in place.Replace("[0]", ".0", StringComparison.Ordinal).Split('.'))
        {
            if (json.ValueKind == JsonValueKind.Array)
                json = json[0];
            else if (json.ValueKind != JsonValueKind.Object || !json.TryGetProperty(step, out json))
                return null;
        }

        return json.ValueKind == JsonValueKind.String ? json.GetString() : null;
    }
}
