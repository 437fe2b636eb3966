using Dragoman.Emulator.Tools;

namespace Dragoman.Emulator.Completions;

internal enum DeltaKind
{
    Thinking,
    Text,

    /// <summary>Text with which the model declines to answer.</summary>
    Refusal,

    /// <summary>All calls of the choice, complete.</summary>
    ToolCalls,

    /// <summary>The id and name of a call whose arguments follow in fragments.</summary>
    ToolCallStart,

    /// <summary>A fragment of the last started call's arguments.</summary>
    ToolCallArguments,
}

/// <summary>A piece of one choice.</summary>
/// <param name="Kind">The kind of piece.</param>
/// <param name="Text">The text of thinking, text or arguments.</param>
/// <param name="Tokens">The number of tokens that it counts as.</param>
/// <param name="Calls">All calls for <see cref="DeltaKind.ToolCalls"/>, the one call for fragments.</param>
/// <param name="CallIndex">The index of a fragment's call.</param>
internal readonly record struct Delta(DeltaKind Kind, string Text, int Tokens, IReadOnlyList<ToolCall> Calls, int CallIndex);
