namespace Dragoman.Access;

/// <summary>How an exchange ended.</summary>
public enum Outcome
{
    Completed,
    ClientLeft,
    Failed,
}
