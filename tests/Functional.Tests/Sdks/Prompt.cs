using System.Text.Json;

namespace Dragoman.Functional.Tests.Sdks;

/// <summary>What is asked of a model, in no client's words: each <see cref="ISdk"/> says it with its own types. The model is named <c>provider/model</c>.</summary>
internal sealed record Prompt(string Model, params IReadOnlyList<PromptTurn> Turns)
{
    public string? System { get; init; }

    public IReadOnlyList<PromptTool> Tools { get; init; } = [];

    /// <summary>One of <see cref="Tools"/> by name, <see cref="AnyTool"/>, or null for the model's own choice.</summary>
    public string? ForcedTool { get; init; }

    /// <summary>The JSON Schema that the answer has to follow.</summary>
    public string? AnswerSchema { get; init; }

    public bool Reasoning { get; init; }

    public string? Stop { get; init; }

    public const string AnyTool = "*";

    public static Prompt Ask(string model, string text) => new(model, new UserTurn(text));

    /// <summary>The same prompt, further on in the conversation.</summary>
    public Prompt Then(params IReadOnlyList<PromptTurn> turns) => this with { Turns = [.. Turns, .. turns] };
}

internal abstract record PromptTurn;

/// <summary>A text, and a picture beside it unless null.</summary>
internal sealed record UserTurn(string Text, byte[]? Png = null) : PromptTurn;

/// <summary>An earlier answer as text alone.</summary>
internal sealed record AssistantTurn(string Text) : PromptTurn;

/// <summary>An earlier answer given back as the client's library received it, with all that it holds.</summary>
internal sealed record ReplayedTurn(Reply Reply) : PromptTurn;

internal sealed record ToolResultsTurn(IReadOnlyList<(string CallId, string Result)> Results) : PromptTurn;

/// <summary>A function; its parameters are the JSON Schema of an object.</summary>
internal sealed record PromptTool(string Name, string Parameters);

/// <summary>An answer, as far as all clients can tell it.</summary>
internal sealed record Reply
{
    public required string Text { get; init; }

    public required IReadOnlyList<ReplyCall> Calls { get; init; }

    public required ReplyEnd End { get; init; }

    public required int InputTokens { get; init; }

    public required int OutputTokens { get; init; }

    /// <summary>Tokens of reasoning, 0 when the client was told of none.</summary>
    public int ReasoningTokens { get; init; }

    /// <summary>What of the reasoning can be read; empty when the client's library has no place for it.</summary>
    public string Reasoning { get; init; } = "";

    /// <summary>How many pieces of text the answer came in, 0 when it came whole.</summary>
    public int Pieces { get; init; }

    /// <summary>The library's own answer, for <see cref="ReplayedTurn"/>.</summary>
    public required object Native { get; init; }
}

/// <summary>A call of a tool; its arguments are an object.</summary>
internal sealed record ReplyCall(string Id, string Name, JsonElement Arguments);

internal enum ReplyEnd
{
    /// <summary>The stream ended and never said how.</summary>
    None,
    Stop,
    StopSequence,
    ToolCalls,
    Length,
}
