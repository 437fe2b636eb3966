using System.Text.Json;
using Dragoman.Startup;

namespace Dragoman.Cli.Credentials;

/// <summary>The credentials of all gateways in a file that only its owner may read.</summary>
internal sealed class CredentialFile
{
    private const int Largest = 1024 * 1024;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Others = ~(OwnerOnly | UnixFileMode.UserExecute);

    private CredentialFile(string path) => Path = path;

    public string Path { get; }

    /// <summary>The file of the user.</summary>
    public static CredentialFile Of(CliContext context)
    {
        var directory = context.Variable("XDG_CONFIG_HOME");
        // The specification of XDG_CONFIG_HOME ignores relative paths.
        if (directory is null || !System.IO.Path.IsPathFullyQualified(directory))
            directory = OperatingSystem.IsWindows()
                ? Environment.GetFolderPath(Environment.SpecialFolder.ApplicationData)
                : System.IO.Path.Combine(context.Variable("HOME") ?? Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".config");
        return new(System.IO.Path.Combine(directory, "dragoman", "credentials.json"));
    }

    /// <summary>The credential for a gateway; null when there is none.</summary>
    /// <exception cref="CliFailure">The file cannot be read, or others may read it.</exception>
    public StoredCredential? Load(string gateway) => ReadAll().GetValueOrDefault(gateway);

    /// <exception cref="CliFailure">The file cannot be written.</exception>
    public void Save(string gateway, StoredCredential credential)
    {
        var all = ReadAll();
        all[gateway] = credential;
        WriteAll(all);
    }

    /// <returns>Whether there was one.</returns>
    /// <exception cref="CliFailure">The file cannot be written.</exception>
    public bool Remove(string gateway)
    {
        var all = ReadAll();
        if (!all.Remove(gateway))
            return false;
        if (all.Count > 0)
            WriteAll(all);
        else
            File.Delete(Path);
        return true;
    }

    private SortedDictionary<string, StoredCredential> ReadAll()
    {
        if (!File.Exists(Path))
            return new(StringComparer.Ordinal);
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(Path) & Others) != 0)
            throw CliFailure.Usage($"{Path}: others than its owner may read or write it, so its keys are not secret any more; revoke them, then: chmod 600 '{Path}'");
        try
        {
            return JsonSerializer.Deserialize(SmallFile.Read(Path, Largest), CredentialJson.Default.SortedDictionaryStringStoredCredential) ?? new(StringComparer.Ordinal);
        }
        catch (SmallFileException error)
        {
            throw CliFailure.Usage($"{Path} {error.Message}");
        }
        catch (JsonException)
        {
            // The exception's message may quote the file.
            throw CliFailure.Usage($"{Path}: is not valid JSON of dragoman login; delete it and log in again");
        }
    }

    private void WriteAll(SortedDictionary<string, StoredCredential> all)
    {
        try
        {
            CreateDirectory(System.IO.Path.GetDirectoryName(Path)!);
            // Whoever reads at the same time sees the old file or the new one, and never a part.
            var draft = $"{Path}.{Guid.NewGuid():N}";
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
                options.UnixCreateMode = OwnerOnly;
            try
            {
                using (var file = new FileStream(draft, options))
                    JsonSerializer.Serialize(file, all, CredentialJson.Default.SortedDictionaryStringStoredCredential);
                File.Move(draft, Path, overwrite: true);
            }
            finally
            {
                File.Delete(draft);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CliFailure(ExitCode.Failed, $"{Path} cannot be written: {error.Message}");
        }
    }

    private static void CreateDirectory(string path)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(path);
        else
            Directory.CreateDirectory(path, OwnerOnly | UnixFileMode.UserExecute);
    }
}
