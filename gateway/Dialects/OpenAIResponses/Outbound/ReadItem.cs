using System.Text;
using System.Text.Json;
using Dragoman.Conversation;
using Dragoman.Dialects.Answers;
using Dragoman.Wire;

namespace Dragoman.Dialects.OpenAIResponses.Outbound;

/// <summary>One item of an answer while it is read. It keeps what was already raised, so that repeated text is not raised again.</summary>
internal sealed class ReadItem(string type, string upstreamModel, AnswerCourse course)
{
    /// <summary>The name of a tool that some models invent to make several calls at once (specs/dialects.md 3.6).</summary>
    private const string ParallelCall = "multi_tool_use.parallel";

    private readonly EscapedText raised = new();
    private readonly SurrogateCarry carry = new();
    private string? callId;
    private string name = "";
    private int slot;
    private int? lastPart;
    private bool hasRefused;

    public bool IsOver { get; private set; }

    public bool IsCall => type is "function_call" or "custom_tool_call" && name != ParallelCall;

    private bool IsFreeText => type == "custom_tool_call";

    /// <param name="json">The item's JSON.</param>
    /// <param name="upstreamModel">The model that made it.</param>
    /// <param name="course">The course of the answer that it belongs to.</param>
    public static ReadItem Of(ReadOnlySpan<byte> json, string upstreamModel, AnswerCourse course) =>
        new(Text(json, "type"u8), upstreamModel, course)
        {
            callId = Text(json, "call_id"u8) is { Length: > 0 } id ? id : null,
            name = Text(json, "name"u8) is { Length: > 0 } called ? called : "unnamed",
        };

    /// <summary>Begins a call.</summary>
    public void Start()
    {
        slot = course.ToolStart(0, callId, name);
        if (IsFreeText)
            course.ToolArguments(0, slot, """{\"input\":\" """u8[..^1]);
    }

    public void Text(ReadOnlySpan<byte> escaped)
    {
        var whole = carry.Pass(escaped);
        if (whole.IsEmpty)
            return;
        raised.Append(whole);
        course.Text(0, whole);
    }

    public void Refusal(ReadOnlySpan<byte> escaped)
    {
        hasRefused = true;
        course.Refusal(0, carry.Pass(escaped));
    }

    public void Reasoning(ReadOnlySpan<byte> escaped, int part)
    {
        if (escaped.IsEmpty)
            return;
        if (lastPart is { } before && before != part)
            course.Reasoning(0, "\\n\\n"u8);
        lastPart = part;
        course.Reasoning(0, carry.Pass(escaped));
    }

    public void Arguments(ReadOnlySpan<byte> escaped)
    {
        if (!IsCall || IsOver)
            return;
        var whole = carry.Pass(escaped);
        if (whole.IsEmpty)
            return;
        raised.Append(whole);
        course.ToolArguments(0, slot, IsFreeText ? JsonTextInJsonText(whole) : whole);
    }

    /// <summary>Reads the finished item and raises what is new.</summary>
    public void Close(ReadOnlySpan<byte> json)
    {
        switch (type)
        {
            case "message":
                CloseMessage(json);
                break;
            case "reasoning":
                CloseReasoning(json);
                break;
            case "function_call" when name == ParallelCall:
                RaiseParallelCalls(Text(json, "arguments"u8));
                break;
            case "function_call" or "custom_tool_call" when raised.Length == 0:
                Arguments(ResponsesEvent.Inside(JsonSplice.Find(json, IsFreeText ? "input"u8 : "arguments"u8)));
                break;
        }

        End();
    }

    /// <summary>Ends the item, whether the provider reported its end or not.</summary>
    public void End()
    {
        if (IsOver)
            return;
        var lost = carry.Finish();
        if (IsCall)
        {
            if (!lost.IsEmpty)
                course.ToolArguments(0, slot, IsFreeText ? JsonTextInJsonText(lost) : lost);
            if (IsFreeText)
                course.ToolArguments(0, slot, """\"}"""u8);
            else if (JsonText.Trim(raised.Bytes).IsEmpty)
                course.ToolArguments(0, slot, "{}"u8);
            course.ToolEnd(0, slot);
        }
        else if (!lost.IsEmpty && type == "reasoning")
        {
            course.Reasoning(0, lost);
        }
        else if (!lost.IsEmpty && hasRefused)
        {
            course.Refusal(0, lost);
        }
        else if (!lost.IsEmpty)
        {
            course.Text(0, lost);
        }

        IsOver = true;
        raised.Release();
    }

    private void CloseMessage(ReadOnlySpan<byte> json)
    {
        if (HasRaised(json))
            return;
        using var parsed = JsonText.Parse(json);
        var words = new StringBuilder();
        foreach (var part in PartsOf(parsed.RootElement, "content"))
        {
            if (part.TryGetProperty("text", out var said) && said.ValueKind == JsonValueKind.String)
            {
                words.Append(JsonText.ReadString(said));
                RaiseLogprobs(part);
            }
            else if (!hasRefused && part.TryGetProperty("refusal", out var refusal) && refusal.ValueKind == JsonValueKind.String)
            {
                course.Refusal(0, JsonText.Escape(JsonText.ReadString(refusal)));
            }
        }

        // Some deltas may be missing. What was raised cannot change, so only a continuation of it is raised.
        var text = words.ToString();
        var before = raised.ToString();
        if (text.Length > before.Length && text.StartsWith(before, StringComparison.Ordinal))
            Text(JsonText.Escape(text[before.Length..]));
    }

    /// <summary>Whether all text of a message was already raised, byte for byte. This is so at the end of nearly every stream.</summary>
    private bool HasRaised(ReadOnlySpan<byte> json)
    {
        var left = raised.Bytes;
        if (left.IsEmpty)
            return false;
        var reader = new Utf8JsonReader(json);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isContent = reader.ValueSpan.SequenceEqual("content"u8);
            reader.Read();
            if (!isContent || reader.TokenType != JsonTokenType.StartArray)
            {
                reader.Skip();
                continue;
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
            {
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    var isText = reader.ValueSpan.SequenceEqual("text"u8);
                    var isRefusal = reader.ValueSpan.SequenceEqual("refusal"u8);
                    reader.Read();
                    if (isRefusal || (isText && (reader.TokenType != JsonTokenType.String || !left.StartsWith(reader.ValueSpan))))
                        return false;
                    if (isText)
                        left = left[reader.ValueSpan.Length..];
                    else
                        reader.Skip();
                }
            }

            if (reader.TokenType != JsonTokenType.EndArray)
                return false;
        }

        return left.IsEmpty;
    }

    private void RaiseLogprobs(JsonElement part)
    {
        if (raised.Length == 0 && part.TryGetProperty("logprobs", out var logprobs)
            && ResponsesEvent.Elements(Encoding.UTF8.GetBytes(logprobs.GetRawText())) is { IsEmpty: false } entries)
            course.Logprobs(0, entries);
    }

    private void CloseReasoning(ReadOnlySpan<byte> json)
    {
        using var parsed = JsonText.Parse(json);
        if (lastPart is null)
        {
            var part = 0;
            foreach (var words in PartsOf(parsed.RootElement, "summary").Concat(PartsOf(parsed.RootElement, "content")))
            {
                if (words.TryGetProperty("text", out var text) && text.ValueKind == JsonValueKind.String)
                    Reasoning(JsonText.Escape(JsonText.ReadString(text)), part++);
            }
        }

        End();
        if (Text(json, "encrypted_content"u8) is { Length: > 0 } state)
            course.State(0, null, OpaqueState.Of(StateKind.OpenAIReasoning, upstreamModel, state));
    }

    private void RaiseParallelCalls(string arguments)
    {
        var count = 0;
        using var parsed = JsonText.Parse(Encoding.UTF8.GetBytes(arguments));
        foreach (var use in PartsOf(parsed.RootElement, "tool_uses"))
        {
            if (!use.TryGetProperty("recipient_name", out var recipient) || recipient.ValueKind != JsonValueKind.String)
                continue;
            var called = JsonText.ReadString(recipient);
            called = called.StartsWith("functions.", StringComparison.Ordinal) ? called["functions.".Length..] : called;
            var given = use.TryGetProperty("parameters", out var parameters) && parameters.ValueKind == JsonValueKind.Object ? parameters.GetRawText() : "{}";
            slot = course.ToolStart(0, callId is null ? null : $"{callId}_{count++}", called);
            course.ToolArguments(0, slot, JsonText.Escape(given));
            course.ToolEnd(0, slot);
        }
    }

    /// <summary>Escapes the text of a free-text call again, for the arguments of the function that emulates it.</summary>
    private static byte[] JsonTextInJsonText(ReadOnlySpan<byte> escaped)
    {
        var again = new List<byte>(escaped.Length + 8);
        foreach (var each in escaped)
        {
            if (each is (byte)'\\' or (byte)'"')
                again.Add((byte)'\\');
            again.Add(each);
        }

        return [.. again];
    }

    private static IEnumerable<JsonElement> PartsOf(JsonElement owner, string name) =>
        owner.ValueKind == JsonValueKind.Object && owner.TryGetProperty(name, out var parts) && parts.ValueKind == JsonValueKind.Array
            ? parts.EnumerateArray().Where(part => part.ValueKind == JsonValueKind.Object)
            : [];

    private static string Text(ReadOnlySpan<byte> json, ReadOnlySpan<byte> name) => JsonText.ReadString(ResponsesEvent.Inside(JsonSplice.Find(json, name)));
}
