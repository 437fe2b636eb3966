namespace Dragoman.Administration;

/// <summary>Ends a call that is refused. It does not leave <see cref="AdminApi"/>.</summary>
internal sealed class RefusedCall(Problem problem) : Exception(problem.Detail)
{
    public Problem Problem { get; } = problem;
}
