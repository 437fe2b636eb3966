using System.Globalization;
using System.Text;
using Dragoman.Startup;

namespace Dragoman.Configuration;

/// <summary>
/// The files of a configuration: a base file, and the overlays in the directory <see cref="OverlayDirectory"/> beside it, in the
/// ordinal order of their names.
/// </summary>
/// <param name="path">The base file; null for <see cref="ConfigurationReader.UsualFile"/> in the working directory, if it exists.</param>
/// <param name="namedBy">The argument or variable that names the file, for error messages.</param>
internal sealed class ConfigurationFiles(string? path, string? namedBy)
{
    /// <summary>The directory of overlays, beside the base file.</summary>
    public const string OverlayDirectory = "gateway.d";

    /// <summary>The most overlays.</summary>
    public const int MostOverlays = 100;

    /// <summary>The most bytes of all files together; a single one has at most <see cref="ConfigurationText.LargestFile"/>.</summary>
    public const int MostBytes = 16 * 1024 * 1024;

    private const string OverlayRule = "allowed: a directory whose files *.json are read in the order of their names";

    private readonly string file = path ?? ConfigurationReader.UsualFile;

    /// <summary>The base file as error messages name it.</summary>
    public string BaseName => file;

    private string Overlays => Path.GetDirectoryName(file) is { Length: > 0 } directory ? Path.Combine(directory, OverlayDirectory) : OverlayDirectory;

    /// <summary>Reads all files: the base file first, which is <c>{}</c> if there is none.</summary>
    /// <param name="mistakes">Receives a line for each file that cannot be read.</param>
    public List<ConfigurationFile> Read(List<string> mistakes)
    {
        List<ConfigurationFile> files = [];
        // Most users have no file, and the first exception in a process delays its start by milliseconds.
        if (path is null && HasNoUsualFile())
            files.Add(new(file, [.. "{}"u8]));
        else if (TryRead(file, mistakes, namedBy is null ? $"{file}:" : $"{namedBy}: {Printable.Quote(file)}") is { } bytes)
            files.Add(new(file, bytes));
        var overlays = FindOverlays(mistakes);
        if (overlays.Count > MostOverlays)
        {
            mistakes.Add(Printable.Line($"{Overlays}: has {overlays.Count} files *.json; allowed: {MostOverlays}"));
            return files;
        }

        foreach (var overlay in overlays)
        {
            if (TryRead(overlay, mistakes, $"{overlay}:") is not { } bytes)
                continue;
            files.Add(new(overlay, bytes));
            if (files.Sum(static each => (long)each.Bytes.Length) <= MostBytes)
                continue;
            mistakes.Add(Printable.Line($"{Overlays}: its files are too long together with the base file; allowed: {MostBytes} bytes"));
            break;
        }

        return files;
    }

    /// <summary>
    /// A text that changes when a file is written, replaced, added, removed, or linked to another one. It costs one look at each
    /// file and reads none.
    /// </summary>
    public string Look() => LookAt([file, .. FindOverlays([])]);

    /// <summary>As <see cref="Look"/>, for any files.</summary>
    public static string LookAt(IEnumerable<string> files)
    {
        var state = new StringBuilder();
        foreach (var each in files)
            state.Append(each).Append('\n').Append(StateOf(each)).Append('\n');
        return state.ToString();
    }

    private static string StateOf(string file)
    {
        try
        {
            var info = new FileInfo(file);
            // Volumes of Kubernetes swap a link; the file that it leads to has another time then.
            var target = info.LinkTarget is null ? info : info.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? info;
            return target.Exists
                ? string.Create(CultureInfo.InvariantCulture, $"{target.FullName} {target.Length} {target.LastWriteTimeUtc.Ticks}")
                : "-";
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return error.GetType().Name;
        }
    }

    private static byte[]? TryRead(string file, List<string> mistakes, string subject)
    {
        try
        {
            return SmallFile.Read(file, ConfigurationText.LargestFile);
        }
        catch (SmallFileException error)
        {
            mistakes.Add(Printable.Line($"{subject} {error.Message}"));
            return null;
        }
    }

    /// <summary>True only when there certainly is no file: a dangling link and an unreadable directory are mistakes to report.</summary>
    private static bool HasNoUsualFile() =>
        !Path.Exists(ConfigurationReader.UsualFile) && new FileInfo(ConfigurationReader.UsualFile).LinkTarget is null && Directory.Exists(".");

    private List<string> FindOverlays(List<string> mistakes)
    {
        var directory = Overlays;
        try
        {
            if (!Directory.Exists(directory))
            {
                if (Path.Exists(directory) || new FileInfo(directory).LinkTarget is not null)
                    mistakes.Add(Printable.Line($"{directory}: is no directory; {OverlayRule}"));
                return [];
            }

            // Names with a point in front are those of editors and of Kubernetes.
            List<string> overlays = [.. Directory.GetFileSystemEntries(directory, "*.json").Where(static each => !Path.GetFileName(each).StartsWith('.'))];
            overlays.Sort(string.CompareOrdinal);
            return overlays;
        }
        catch (UnauthorizedAccessException)
        {
            mistakes.Add(Printable.Line($"{directory}: may not be read by the user of this process; {OverlayRule}"));
        }
        catch (IOException error)
        {
            mistakes.Add(Printable.Line($"{directory}: cannot be read: {error.Message}; {OverlayRule}"));
        }

        return [];
    }
}
