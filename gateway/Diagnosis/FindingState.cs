namespace Dragoman.Diagnosis;

/// <summary>Whether what was examined works, from the best to the worst.</summary>
public enum FindingState
{
    /// <summary>It works.</summary>
    Good,

    /// <summary>It was not examined, because nothing needs it or it was not asked for.</summary>
    Skipped,

    /// <summary>It works, but may not for long or not everywhere.</summary>
    Warning,

    /// <summary>It does not work.</summary>
    Failed,
}
