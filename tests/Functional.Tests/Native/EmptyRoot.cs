using System.Text.RegularExpressions;
using Dragoman.Functional.Tests.Harness;

namespace Dragoman.Functional.Tests.Native;

/// <summary>
/// A root file system that holds executables, the libraries that <c>ldd</c> names for them, and <c>/dev/urandom</c>, which every
/// container runtime provides. Without it the first request of an <c>HttpClient</c> fails, because <c>Activity</c> begins with
/// <c>Guid.NewGuid</c> (.NET 10.0.12).
/// </summary>
internal sealed partial class EmptyRoot : IDisposable
{
    private readonly ScratchDirectory directory = new();

    /// <summary>The full paths of the shared libraries that an executable is linked with.</summary>
    public static async Task<IReadOnlyList<string>> LibrariesOfAsync(string executable)
    {
        var (code, output) = await RunningProcess.RunAsync("ldd", [executable]);
        return code == 0 ? [.. Library().Matches(output).Select(match => match.Value)] : throw new InvalidOperationException($"ldd: {output}");
    }

    /// <summary>Starts <c>dragoman-{name}</c> inside; its working directory is the root.</summary>
    public async Task<DragomanProcess> StartAsync(string name, IReadOnlyDictionary<string, string?> environment)
    {
        var executable = Repository.NativeExecutable(name);
        File.Copy(executable, directory.File(Path.GetFileName(executable)));
        foreach (var library in await LibrariesOfAsync(executable))
        {
            var copy = directory.File(library[1..]);
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            if (!File.Exists(copy))
                File.Copy(library, copy);
        }

        // Only root may change the root; anyone may be root in a user namespace, where devices can only be borrowed.
        var (enter, device) = Environment.IsPrivilegedProcess
            ? (Array.Empty<string>(), "mknod -m 666 dev/urandom c 1 9")
            : (["unshare", "--map-root-user", "--mount"], "touch dev/urandom && mount --bind /dev/urandom dev/urandom");
        var script = $"cd {directory.Path} && mkdir -p dev && {{ [ -s dev/urandom ] || [ -c dev/urandom ] || {device}; }} && exec chroot . /dragoman-{name}";
        return await DragomanProcess.StartAsync(name, "/", environment, [.. enter, "sh", "-c", script]);
    }

    public void Dispose() => directory.Dispose();

    [GeneratedRegex(@"/\S+\.so[.\d]*(?= \()")]
    private static partial Regex Library();
}
