namespace Dragoman.Diagnosis;

/// <summary>How thoroughly the gateway is examined.</summary>
/// <param name="Patience">How long one step may take.</param>
/// <param name="Generates">Whether each provider generates a token, which costs a little.</param>
public sealed record DoctorOptions(TimeSpan Patience, bool Generates)
{
    /// <summary>The gateway that is asked whether it is ready; null for the usual addresses of this machine, where none need listen.</summary>
    public Uri? Gateway { get; init; }

    /// <summary>The port of a sidecar of this machine.</summary>
    public int SidecarPort { get; init; } = 5081;

    /// <summary>The port of an nginx of this machine.</summary>
    public int FrontPort { get; init; } = 11434;
}
