namespace Dragoman.Access.Directory;

/// <summary>What somebody may use; null for everything.</summary>
/// <param name="Models">Names of published models; <c>*</c> stands for any text. Case is ignored.</param>
/// <param name="Endpoints">Paths such as <c>/v1/chat/completions</c>; <c>*</c> stands for any text.</param>
/// <param name="Networks">Networks from which requests may come, such as <c>10.0.0.0/8</c>, or single addresses.</param>
public sealed record AllowRules(IReadOnlyList<string>? Models = null, IReadOnlyList<string>? Endpoints = null, IReadOnlyList<string>? Networks = null)
{
    /// <summary>The most entries of one list.</summary>
    public const int Most = 100;

    public static readonly AllowRules Everything = new();
}
