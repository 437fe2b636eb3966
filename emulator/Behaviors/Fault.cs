namespace Dragoman.Emulator.Behaviors;

/// <summary>The ways in which an answer ends early.</summary>
internal enum Fault
{
    None,

    /// <summary>An error of the API.</summary>
    Error,

    /// <summary>The connection is cut.</summary>
    Cut,

    /// <summary>Nothing more is sent until the client disconnects.</summary>
    Stall,
}
