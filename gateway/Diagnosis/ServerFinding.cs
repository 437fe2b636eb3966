namespace Dragoman.Diagnosis;

/// <summary>Whether a server can be reached, before anything is sent to it.</summary>
/// <param name="Findings">What was found, in order.</param>
/// <param name="IsReachable">Whether requests can be sent.</param>
internal sealed record ServerFinding(IReadOnlyList<Finding> Findings, bool IsReachable);
