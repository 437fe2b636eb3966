using System.Text.RegularExpressions;
using Dragoman.Functional.Tests.Harness;

namespace Dragoman.Functional.Tests.Packages;

/// <summary>
/// The file system of an image without an engine: what its Dockerfile copies, and, in place of the base image, programs of this
/// machine with the libraries that <c>ldd</c> names. It is read-only but for <c>/tmp</c> and one volume, and its processes run as the
/// image's user.
/// </summary>
internal sealed partial class ImageRoot : IDisposable
{
    private readonly ScratchDirectory directory = new();
    private readonly Dockerfile file;
    private readonly string volume;

    private ImageRoot(Dockerfile file, string volume)
    {
        this.file = file;
        this.volume = volume;
    }

    private string Root => directory.Path;

    /// <summary>Assembles the file system.</summary>
    /// <param name="image">The name of the image.</param>
    /// <param name="context">The folder that <c>infra/package.sh</c> has written for it.</param>
    /// <param name="volume">The folder of this machine that is mounted at <c>/data</c>.</param>
    /// <param name="programs">Programs of the base image, by their names.</param>
    public static async Task<ImageRoot> AssembleAsync(string image, string context, string volume, params IEnumerable<string> programs)
    {
        var root = new ImageRoot(Dockerfile.Read(image), volume);
        foreach (var folder in (string[])["dev", "proc", "tmp", "data", "run/secrets", root.file.Folder.TrimStart('/')])
            Directory.CreateDirectory(Path.Combine(root.Root, folder));
        foreach (var (sources, target, _) in root.file.Copies)
        {
            foreach (var source in sources.SelectMany(source => Matches(context, source)))
                root.Add(source, target.EndsWith('/') && !Directory.Exists(source) ? target + Path.GetFileName(source) : target);
        }

        foreach (var program in programs)
            root.Add(await FindAsync(program), program == "sh" ? "/bin/sh" : $"/usr/bin/{program}");
        foreach (var binary in Directory.EnumerateFiles(root.Root, "*", SearchOption.AllDirectories).ToList())
            await root.AddLibrariesAsync(binary);
        return root;
    }

    /// <summary>Adds a file that an engine would mount, such as a secret.</summary>
    public void Mount(string path, string content)
    {
        File.WriteAllText(Inside(path), content);
        File.SetUnixFileMode(Inside(path), UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
    }

    /// <summary>Starts the image's program.</summary>
    /// <param name="variables">Variables over those of the Dockerfile.</param>
    public RunningProcess Start(IReadOnlyDictionary<string, string?> variables) => Launch(file.EntryPoint, variables);

    /// <summary>Runs the image's health check as an engine does, in the same file system with the same variables.</summary>
    /// <returns>The exit code, and what it printed.</returns>
    public async Task<(int ExitCode, string Output)> AskForHealthAsync(IReadOnlyDictionary<string, string?> variables)
    {
        await using var process = Launch(file.HealthCheck, variables);
        return (await process.ExitAsync(), process.Log);
    }

    /// <summary>Starts a program of the image.</summary>
    public RunningProcess Launch(IReadOnlyList<string> command, IReadOnlyDictionary<string, string?> variables)
    {
        var all = file.Variables.ToDictionary(variable => variable.Key, variable => (string?)variable.Value);
        all["PATH"] = "/usr/bin:/bin";
        foreach (var (name, value) in variables)
            all[name] = value;
        const string Script = """
            root=$1 folder=$2 user=$3 volume=$4; shift 4
            mount --bind "$root" "$root" && mount --rbind /dev "$root/dev" && mount --rbind /proc "$root/proc" &&
                mount -t tmpfs -o mode=1777 tmpfs "$root/tmp" && mount --bind "$volume" "$root/data" && mount -o remount,bind,ro "$root" &&
                exec unshare --root "$root" --wd "$folder" --setgid "$user" --setuid "$user" "$@"
            """;
        return RunningProcess.Start(
            "/usr/bin/unshare",
            ["--mount", "--propagation", "private", "/bin/sh", "-c", Script, "sh", Root, file.Folder, $"{file.User ?? 0}", volume, .. command], all);
    }

    public void Dispose() => directory.Dispose();

    private static string[] Matches(string context, string source) =>
        source.Contains('*', StringComparison.Ordinal) ? Directory.GetFiles(context, source) : [Path.Combine(context, source.TrimEnd('/'))];

    private static async Task<string> FindAsync(string program)
    {
        var (exitCode, path) = await RunningProcess.RunAsync("/bin/sh", ["-c", "PATH=$PATH:/usr/sbin command -v \"$1\"", "sh", program]);
        return exitCode == 0 ? path.Trim() : throw new FileNotFoundException($"{program} is missing");
    }

    private string Inside(string path) => Path.Combine(Root, path.TrimStart('/'));

    private void Add(string source, string path)
    {
        var target = Inside(path);
        if (Directory.Exists(source))
        {
            Directory.CreateDirectory(target);
            return;
        }

        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        if (!File.Exists(target))
            File.Copy(new FileInfo(source).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? source, target);
    }

    private async Task AddLibrariesAsync(string binary)
    {
        var (exitCode, output) = await RunningProcess.RunAsync("ldd", [binary]);
        // ldd refuses what is no program.
        if (exitCode != 0)
            return;
        if (output.Contains("not found", StringComparison.Ordinal))
            throw new InvalidOperationException($"{binary} needs a library that is missing here:\n{output}");
        foreach (var library in Library().Matches(output).Select(match => match.Groups[1].Value))
            Add(library, library);
    }

    [GeneratedRegex(@"(/\S+) \(0x")]
    private static partial Regex Library();
}
