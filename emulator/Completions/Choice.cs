using Dragoman.Emulator.Generation;
using Dragoman.Emulator.Tools;

namespace Dragoman.Emulator.Completions;

/// <summary>The content of one choice.</summary>
/// <param name="Thinking">The thinking before the text, when the model reasons.</param>
/// <param name="Text">The text. Null when tools are called.</param>
/// <param name="ToolCalls">The tool calls. Empty when there is text.</param>
internal sealed record ChoiceContent(ITokenSource? Thinking, ITokenSource? Text, IReadOnlyList<ToolCall> ToolCalls)
{
    /// <summary>Whether the text declines to answer.</summary>
    public bool IsRefusal { get; init; }
}

/// <summary>How a choice is cut and delivered.</summary>
/// <param name="MaxTokens">The most tokens of the choice.</param>
/// <param name="Stops">The strings that end its text, none of them empty.</param>
/// <param name="Fragments">Whether tool calls are sent in fragments and not all at once.</param>
internal sealed record ChoiceLimits(int? MaxTokens, string[] Stops, bool Fragments);

/// <summary>
/// One choice of an answer, produced piece by piece: thinking, then text or tool calls, within the token limit and up to
/// a stop sequence. Streams and bodies are both written from it, so they hold the same text and count the same tokens.
/// </summary>
internal sealed class Choice(int index, ChoiceContent content, ChoiceLimits options)
{
    private readonly StopFilter? stops =
        options.Stops.Length > 0 && content.Text is not null ? new StopFilter(content.Text, options.Stops) : null;

    private readonly IEnumerator<(string Text, bool StartsCall)>? callTokens =
        content.ToolCalls.Count > 0 ? CallTokens(content.ToolCalls).GetEnumerator() : null;

    private long left = options.MaxTokens ?? long.MaxValue;
    private bool thinkingIsOver = content.Thinking is null;
    private int call = -1;
    private bool isOver;

    public int Index => index;

    public bool Thinks => content.Thinking is not null;

    public bool CallsTools => content.ToolCalls.Count > 0;

    /// <summary>The number of tokens produced so far.</summary>
    public long Tokens { get; private set; }

    /// <summary><c>stop</c>, <c>length</c> or <c>tool_calls</c>, once <see cref="TryNext"/> has given the last piece.</summary>
    public string FinishReason { get; private set; } = "stop";

    /// <summary>The number of thinking tokens among <see cref="Tokens"/>.</summary>
    public long ThinkingTokens { get; private set; }

    public bool IsRefusal => content.IsRefusal;

    /// <summary>The stop sequence that ended the text.</summary>
    public string? StopSequence => stops?.Stopped;

    public bool TryNext(out Delta delta)
    {
        delta = default;
        if (isOver)
            return false;
        if (!thinkingIsOver)
        {
            if (content.Thinking!.TryNext(out var thought))
                return Within(new(DeltaKind.Thinking, thought, 1, [], 0), out delta);
            thinkingIsOver = true;
        }

        if (callTokens is not null)
            return options.Fragments ? TryNextFragment(out delta) : TryAllCalls(out delta);
        if (stops is not null)
        {
            if (stops.TryNext(out var certain, out var tokens))
                return Within(new(TextKind, certain, tokens, [], 0), out delta);
        }
        else if (content.Text!.TryNext(out var token))
        {
            return Within(new(TextKind, token, 1, [], 0), out delta);
        }

        isOver = true;
        return false;
    }

    private DeltaKind TextKind => content.IsRefusal ? DeltaKind.Refusal : DeltaKind.Text;

    private bool TryNextFragment(out Delta delta)
    {
        delta = default;
        FinishReason = "tool_calls";
        if (!callTokens!.MoveNext())
        {
            isOver = true;
            return false;
        }

        var (text, startsCall) = callTokens.Current;
        if (startsCall)
            this.call++;
        var kind = startsCall ? DeltaKind.ToolCallStart : DeltaKind.ToolCallArguments;
        var tokens = startsCall ? Tokenizer.Count(text) : 1;
        return Within(new(kind, startsCall ? "" : text, tokens, [content.ToolCalls[this.call]], this.call), out delta);
    }

    private bool TryAllCalls(out Delta delta)
    {
        delta = default;
        FinishReason = "tool_calls";
        isOver = true;
        var calls = new List<ToolCall>();
        var total = 0;
        while (callTokens!.MoveNext())
        {
            var (text, startsCall) = callTokens.Current;
            var tokens = startsCall ? Tokenizer.Count(text) : 1;
            if (total + tokens > left)
            {
                FinishReason = "length";
                break;
            }

            total += tokens;
            if (startsCall)
                calls.Add(content.ToolCalls[calls.Count] with { Arguments = "" });
            else
                calls[^1] = calls[^1] with { Arguments = calls[^1].Arguments + text };
        }

        if (calls.Count == 0)
            return false;
        left -= total;
        Tokens += total;
        delta = new(DeltaKind.ToolCalls, "", total, calls, 0);
        return true;
    }

    private bool Within(Delta next, out Delta delta)
    {
        delta = default;
        if (next.Tokens > left)
        {
            FinishReason = "length";
            isOver = true;
            return false;
        }

        left -= next.Tokens;
        Tokens += next.Tokens;
        if (next.Kind == DeltaKind.Thinking)
            ThinkingTokens += next.Tokens;
        delta = next;
        return true;
    }

    /// <summary>The tokens of all calls: each call's name, then the tokens of its arguments.</summary>
    private static IEnumerable<(string Text, bool StartsCall)> CallTokens(IReadOnlyList<ToolCall> calls)
    {
        foreach (var call in calls)
        {
            yield return (call.Name, true);
            var arguments = new WrittenText(call.Arguments);
            while (arguments.TryNext(out var token))
                yield return (token, false);
        }
    }
}
