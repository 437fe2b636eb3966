namespace Dragoman.Functional.Tests.Harness;

/// <summary>A temporary directory that is deleted after the test.</summary>
internal sealed class ScratchDirectory : IDisposable
{
    public ScratchDirectory()
    {
        var directory = Directory.CreateTempSubdirectory("dragoman-test-");
        // nginx started by root runs its workers as nobody, which must be able to enter.
        directory.UnixFileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
            | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        Path = directory.FullName;
    }

    public string Path { get; }

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
