namespace Dragoman.Emulator.Behaviors;

/// <summary>Ends an answer that has begun, so that the server closes its connection.</summary>
internal sealed class ConnectionCutException() : Exception("The answer is cut, as its behavior asks for.");
