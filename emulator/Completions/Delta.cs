using Dragoman.Emulator.Tools;

namespace Dragoman.Emulator.Completions;

internal enum DeltaKind
{
    Thinking,
    Text,

    /// <summary>Text by which the model declines to answer.</summary>
    Refusal,

    /// <summary>All calls of the choice, whole.</summary>
    ToolCalls,

    /// <summary>Id and name of a call whose arguments follow in fragments.</summary>
    ToolCallStart,

    /// <summary>A fragment of the arguments of the last call that was started.</summary>
    ToolCallArguments,
}

/// <summary>A piece of one choice.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">Of thinking, text and arguments.</param>
/// <param name="Tokens">What it counts for.</param>
/// <param name="Calls">Of <see cref="DeltaKind.ToolCalls"/>: all; of the fragments: the one call.</param>
/// <param name="CallIndex">Of the fragments: the number of the call.</param>
internal readonly record struct Delta(DeltaKind Kind, string Text, int Tokens, IReadOnlyList<ToolCall> Calls, int CallIndex);
