using System.Text.Json;

namespace Dragoman.Functional.Tests.Sdks;

/// <summary>A request to a model, independent of any client. Each <see cref="ISdk"/> sends it with its own types. The model is named <c>provider/model</c>.</summary>
internal sealed record Prompt(string Model, params IReadOnlyList<PromptTurn> Turns)
{
    public string? System { get; init; }

    public IReadOnlyList<PromptTool> Tools { get; init; } = [];

    /// <summary>The name of one of <see cref="Tools"/>, or <see cref="AnyTool"/>. Null when the model decides.</summary>
    public string? ForcedTool { get; init; }

    /// <summary>The JSON Schema that the answer must match.</summary>
    public string? AnswerSchema { get; init; }

    public bool Reasoning { get; init; }

    public string? Stop { get; init; }

    public const string AnyTool = "*";

    public static Prompt Ask(string model, string text) => new(model, new UserTurn(text));

    /// <summary>The same prompt with further turns.</summary>
    public Prompt Then(params IReadOnlyList<PromptTurn> turns) => this with { Turns = [.. Turns, .. turns] };
}

internal abstract record PromptTurn;

/// <summary>A text, and a picture when it is not null.</summary>
internal sealed record UserTurn(string Text, byte[]? Png = null) : PromptTurn;

/// <summary>An earlier answer with only its text.</summary>
internal sealed record AssistantTurn(string Text) : PromptTurn;

/// <summary>An earlier answer, sent back with everything that the client's library received.</summary>
internal sealed record ReplayedTurn(Reply Reply) : PromptTurn;

internal sealed record ToolResultsTurn(IReadOnlyList<(string CallId, string Result)> Results) : PromptTurn;

/// <summary>A function. Its parameters are the JSON Schema of an object.</summary>
internal sealed record PromptTool(string Name, string Parameters);

/// <summary>An answer, with the parts that all client libraries report.</summary>
internal sealed record Reply
{
    public required string Text { get; init; }

    public required IReadOnlyList<ReplyCall> Calls { get; init; }

    public required ReplyEnd End { get; init; }

    public required int InputTokens { get; init; }

    public required int OutputTokens { get; init; }

    /// <summary>The tokens of reasoning. 0 when the client did not receive a count.</summary>
    public int ReasoningTokens { get; init; }

    /// <summary>The readable reasoning. Empty when the client's library has no member for it.</summary>
    public string Reasoning { get; init; } = "";

    /// <summary>The number of pieces in which the text arrived. 0 when the answer was not streamed.</summary>
    public int Pieces { get; init; }

    /// <summary>The library's own answer, for <see cref="ReplayedTurn"/>.</summary>
    public required object Native { get; init; }
}

/// <summary>A tool call. Its arguments are a JSON object.</summary>
internal sealed record ReplyCall(string Id, string Name, JsonElement Arguments);

internal enum ReplyEnd
{
    /// <summary>The stream ended without a stop reason.</summary>
    None,
    Stop,
    StopSequence,
    ToolCalls,
    Length,
}
