namespace Dragoman.Infra.Tests.Mutations;

/// <summary>The checks in the order in which a mutated template meets them.</summary>
internal enum Check
{
    /// <summary>No check complained.</summary>
    None,

    /// <summary>The language's own compiler or tests.</summary>
    Language,

    /// <summary>See <see cref="Checks.Policy"/>.</summary>
    Policy,

    /// <summary>See <see cref="Checks.Contract"/>.</summary>
    Contract,

    /// <summary>See <see cref="Checks.Parity"/> and <see cref="Checks.Parameters"/>.</summary>
    Parity,
}

/// <summary>A mistake in a template that somebody might make.</summary>
/// <param name="CaughtBy">The first check that complains about it.</param>
/// <param name="Size">The size whose deployment it changes.</param>
/// <param name="File">The file, below <c>infra</c>.</param>
/// <param name="Before">A text that the file has once.</param>
/// <param name="After">What it becomes.</param>
internal sealed record Mutation(Check CaughtBy, string Size, string File, string Before, string After)
{
    /// <summary>Whether it is one of Bicep.</summary>
    public bool IsBicep => File.StartsWith("bicep/", StringComparison.Ordinal);

    public override string ToString() => $"{File} ({Size}): {Before.Trim().Split('\n')[0]} -> {After.Trim().Split('\n')[0]}";
}
