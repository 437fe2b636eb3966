using System.Runtime.CompilerServices;
using Dragoman.Wire;

namespace Dragoman.Gateway.Tests;

/// <summary>Enables the guard against large work on the socket thread for all tests, in any build configuration.</summary>
internal static class GuardedSocketThread
{
    [ModuleInitializer]
    internal static void SwitchOn() => SocketThread.IsGuarded = true;
}
