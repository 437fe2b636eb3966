namespace Dragoman.Emulator.Behaviors;

/// <summary>What ends an answer before its end.</summary>
internal enum Fault
{
    None,

    /// <summary>An error in the API's shape.</summary>
    Error,

    /// <summary>The connection is cut.</summary>
    Cut,

    /// <summary>Nothing more comes until the client leaves.</summary>
    Stall,
}
