namespace Dragoman.Fuzz;

/// <summary>The form of a target's inputs, which mutations keep.</summary>
internal enum InputKind
{
    /// <summary>One JSON value.</summary>
    Json,

    /// <summary>Server-sent events whose data is JSON.</summary>
    Events,

    /// <summary>Plain bytes.</summary>
    Bytes,
}

/// <summary>A part of the gateway that reads untrusted input.</summary>
/// <param name="Name">The name on the command line and of the folder in <c>tests/fuzz/corpus</c>.</param>
/// <param name="Kind">The kind of its inputs.</param>
/// <param name="Check">Reads an input and throws when a promise is broken. Exceptions that the part may throw are caught.</param>
internal sealed record FuzzTarget(string Name, InputKind Kind, Action<byte[]> Check)
{
    /// <summary>All targets.</summary>
    public static readonly IReadOnlyList<FuzzTarget> All =
    [
        .. RequestTargets.All,
        .. AnswerTargets.All,
        .. WireTargets.All,
        .. SchemaTargets.All,
        .. NameTargets.All,
    ];

    public override string ToString() => Name;
}
