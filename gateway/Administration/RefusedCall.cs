namespace Dragoman.Administration;

/// <summary>Ends a call that is refused. It does not leave <see cref="AdminApi"/>.</summary>
internal sealed class RefusedCall(Problem problem) : Exception
{
    public Problem Problem { get; } = problem;

    public override string Message => Problem.Detail.ToString();
}
