using System.Text.Json;
using Dragoman.Conversation;
using Dragoman.Gateway.Tests.Conversation;

namespace Dragoman.Gateway.Tests.Matrix;

/// <summary>The content of an answer, in a form that allows two readings to be compared.</summary>
/// <param name="Choices">The choices by index.</param>
/// <param name="Usage">The last counts.</param>
/// <param name="Error">The failure's message. Null when the answer ended well.</param>
internal sealed record Said(IReadOnlyList<SaidChoice> Choices, Usage Usage, string? Error)
{
    public static Said Of(CheckedEvents events) => Of(events.Answer, events.Error?.Message);

    public static Said Of(ChatAnswer answer, string? error) => new([.. answer.Choices.Select(SaidChoice.Of)], answer.Usage, error);

    public static Said Failed(string message) => new([], Usage.Absent, message);

    /// <summary>Asserts that another reading has the same content. For a failure only the error is compared.</summary>
    public void AssertSame(Said other)
    {
        Assert.Equal(Error, other.Error);
        if (Error is not null)
            return;
        Assert.Equal(Choices.Select(InAnyOrder), other.Choices.Select(InAnyOrder));
        Assert.Equal(Usage, other.Usage);
    }

    /// <summary>When refusals are separate from the text, their order relative to the text does not matter.</summary>
    private static SaidChoice InAnyOrder(SaidChoice choice) => choice with { Words = "", WholeCalls = "" };
}

/// <param name="Text">All text.</param>
/// <param name="Reasoning">All reasoning.</param>
/// <param name="Refusal">All text of refusals.</param>
/// <param name="Words">Text and refusals in the order in which they arrived.</param>
/// <param name="Calls">One line per call: the id, the name, and the arguments without white space.</param>
/// <param name="Stop">The stop reason.</param>
/// <param name="StopSequence">The stop sequence that ended the choice, or null.</param>
internal sealed record SaidChoice(string Text, string Reasoning, string Refusal, string Words, string Calls, StopReason? Stop, string? StopSequence = null)
{
    /// <summary>The same as <see cref="Calls"/>, without calls whose arguments were cut off.</summary>
    public string WholeCalls { get; init; } = "";

    public static SaidChoice Of(AnswerChoice choice) => new(
        choice.Text.ToString(),
        choice.Reasoning.ToString(),
        choice.Refusal.ToString(),
        string.Concat(choice.Blocks.Where(block => block is TextBlock or RefusalBlock).Select(block => ((WordsBlock)block).Words.ToString())),
        string.Join('\n', choice.ToolCalls.Select(call => LineOf(call.Id, call.Name, call.Arguments.ToString()))),
        choice.StopReason,
        choice.StopSequence)
    {
        WholeCalls = string.Join('\n', choice.ToolCalls.Where(call => IsWhole(call.Arguments.ToString())).Select(call => LineOf(call.Id, call.Name, call.Arguments.ToString()))),
    };

    public static string LineOf(string id, string name, string arguments) => $"{id} {name} {Compact(arguments)}";

    private static bool IsWhole(string arguments)
    {
        try
        {
            return Dialects.Json.Parse(arguments).ValueKind == JsonValueKind.Object;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static string Compact(string arguments)
    {
        if (string.IsNullOrWhiteSpace(arguments))
            return "{}";
        try
        {
            return JsonSerializer.Serialize(Dialects.Json.Parse(arguments));
        }
        catch (JsonException)
        {
            return arguments;
        }
    }
}
