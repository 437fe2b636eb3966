using Dragoman.Functional.Tests.Harness;

namespace Dragoman.Functional.Tests.FunctionsHost;

/// <summary>Runs a program as a user without rights, on a file system that is read-only as a whole. Only root can do that.</summary>
internal static class OtherUser
{
    /// <summary>The id of the user and the group nobody.</summary>
    public const int Id = 65534;

    /// <summary>The program with its first arguments; the program to run follows. The process keeps its id.</summary>
    public static IReadOnlyList<string> Launcher { get; } =
    [
        "unshare", "--mount", "--propagation", "private", "sh", "-c",
        $"mount -o remount,bind,ro / && exec setpriv --reuid {Id} --regid {Id} --clear-groups \"$@\"", "sh",
    ];

    /// <summary>Whether the machine allows it.</summary>
    public static bool IsPossible { get; } = Environment.UserName == "root" && RunningProcess.RunAsync(Launcher[0], [.. Launcher.Skip(1), "true"]).GetAwaiter().GetResult().ExitCode == 0;
}
