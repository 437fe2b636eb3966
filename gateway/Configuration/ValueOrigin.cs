namespace Dragoman.Configuration;

/// <summary>Where a value of the configuration comes from.</summary>
/// <param name="Kind">What it comes from.</param>
/// <param name="Name">The file or the variable; empty for a default.</param>
public readonly record struct ValueOrigin(ValueOriginKind Kind, string Name)
{
    public static readonly ValueOrigin Default = new(ValueOriginKind.Default, "");

    /// <summary>The origin as people read it, such as <c>environment variable NAME</c>.</summary>
    public override string ToString() => Kind switch
    {
        ValueOriginKind.Variable => $"environment variable {Name}",
        ValueOriginKind.File => Name,
        _ => "default",
    };
}
