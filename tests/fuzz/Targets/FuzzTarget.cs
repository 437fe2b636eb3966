namespace Dragoman.Fuzz;

/// <summary>What an input of a target looks like, so that a mutation can keep to it.</summary>
internal enum InputKind
{
    /// <summary>One JSON value.</summary>
    Json,

    /// <summary>Server-sent events whose data is JSON.</summary>
    Events,

    /// <summary>Plain bytes.</summary>
    Bytes,
}

/// <summary>A part of the gateway that reads what strangers send.</summary>
/// <param name="Name">On the command line, and of its folder in <c>tests/fuzz/corpus</c>.</param>
/// <param name="Kind">Of its inputs.</param>
/// <param name="Check">Feeds an input in and throws when a promise is broken; what the part itself may throw is caught.</param>
internal sealed record FuzzTarget(string Name, InputKind Kind, Action<byte[]> Check)
{
    /// <summary>Every target there is.</summary>
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
