using System.Runtime.CompilerServices;
using Dragoman.Wire;

namespace Dragoman.Gateway.Tests;

/// <summary>Switches the look-out for large work on the socket thread on for all tests, whatever they are built for.</summary>
internal static class GuardedSocketThread
{
    [ModuleInitializer]
    internal static void SwitchOn() => SocketThread.IsGuarded = true;
}
