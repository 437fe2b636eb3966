namespace Dragoman.Access.Budgets;

/// <summary>Says that a process lives: a file that it has locked. The system releases the lock when the process ends, however it ends.</summary>
internal sealed class JournalLock : IDisposable
{
    public const string Extension = ".lock";

    private readonly FileStream file;

    private JournalLock(FileStream file) => this.file = file;

    /// <summary>Whether locks work in a folder. Some network drives accept every lock.</summary>
    public static bool WorksIn(string folder)
    {
        var path = Path.Combine(folder, $"{Guid.NewGuid():N}.probe");
        using var first = new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, bufferSize: 1, FileOptions.DeleteOnClose);
        try
        {
            using var second = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }

    /// <returns>Null if a living process has the lock, or if there is no such file and none should be made.</returns>
    public static JournalLock? TryTake(string folder, string process, bool isNew)
    {
        var path = PathOf(folder, process);
        FileStream? file = null;
        try
        {
            file = new FileStream(path, isNew ? FileMode.CreateNew : FileMode.Open, FileAccess.ReadWrite, FileShare.None, bufferSize: 1);
            // Whoever had the lock in the meantime may have deleted the file, and then a lock on it is worth nothing.
            if (File.Exists(path))
                return new(file);
        }
        catch (IOException)
        {
            // Somebody has it, or has deleted it.
        }

        file?.Dispose();
        return null;
    }

    /// <summary>The processes that have a lock in a folder, living or dead.</summary>
    public static IEnumerable<string> ProcessesIn(string folder) =>
        System.IO.Directory.EnumerateFiles(folder, "*" + Extension).Select(path => Path.GetFileNameWithoutExtension(path));

    /// <summary>Deletes the file while nobody else can have its lock.</summary>
    public void Delete()
    {
        try
        {
            if (!OperatingSystem.IsWindows())
                File.Delete(file.Name);
        }
        finally
        {
            file.Dispose();
        }

        // Windows deletes no open file, and lets nobody lock one that is being deleted.
        if (OperatingSystem.IsWindows())
            File.Delete(file.Name);
    }

    public void Dispose() => file.Dispose();

    private static string PathOf(string folder, string process) => Path.Combine(folder, process + Extension);
}
