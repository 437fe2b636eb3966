using System.Text.Json;

namespace Dragoman.Gateway.Tests.Architecture;

/// <summary>What the lock files pin (docs/developers/supply.md).</summary>
public class LockFileTests
{
    private static readonly string[] Runtimes = ["linux-x64", "linux-arm64"];

    private static readonly string[] NotOurs = ["bin", "obj", "node_modules", "artifacts", ".git"];

    /// <summary>The projects that publish.sh publishes, and those within them.</summary>
    private static readonly string[] Product = ["startup", "gateway", "sidecar", "emulator", "cli", "functions"];

    private static IReadOnlyList<FileInfo> Projects { get; } = [.. Files(new DirectoryInfo(Repository.Root)).Where(file => file.Extension == ".csproj")];

    [Fact]
    public void Every_project_has_a_lock_file() =>
        Assert.All(Projects, project => Assert.True(File.Exists(Path.Combine(project.DirectoryName!, "packages.lock.json")), $"{project.Name} has no packages.lock.json; ./lock.sh writes it"));

    [Fact]
    public void A_native_executable_has_the_packages_that_were_tested()
    {
        var versions = new Dictionary<string, string>();
        foreach (var file in Product.SelectMany(LockFilesOf))
        {
            foreach (var (name, version) in PackagesIn(file))
            {
                if (!versions.TryAdd(name, version))
                    Assert.True(versions[name] == version, $"{name} is {version} in {file}, and {versions[name]} elsewhere; ./lock.sh makes them the same");
            }
        }

        Assert.NotEmpty(versions);
    }

    [Fact]
    public void Npm_installs_by_hash_and_from_any_registry()
    {
        var files = Files(new DirectoryInfo(Repository.Root)).Where(file => file.Name == "package-lock.json").ToList();
        Assert.NotEmpty(files);
        foreach (var file in files)
        {
            foreach (var package in JsonElement.Parse(File.ReadAllText(file.FullName)).GetProperty("packages").EnumerateObject().Where(package => package.Name.Length > 0))
            {
                Assert.True(package.Value.TryGetProperty("integrity", out _), $"{file.FullName}: {package.Name} has no hash");
                Assert.False(package.Value.TryGetProperty("resolved", out _), $"{file.FullName}: {package.Name} names a registry");
            }
        }
    }

    private static IEnumerable<string> LockFilesOf(string project)
    {
        string[] models = project == "functions" ? ["packages", "packages.custom"] : ["packages"];
        return models.SelectMany(model => Runtimes.Select(runtime => $"{model}.{runtime}.lock.json").Prepend($"{model}.lock.json")).Select(name => Path.Combine(Repository.Root, project, name));
    }

    private static IEnumerable<(string Name, string Version)> PackagesIn(string file) =>
        from target in JsonElement.Parse(File.ReadAllText(file)).GetProperty("dependencies").EnumerateObject()
        from package in target.Value.EnumerateObject()
        where package.Value.TryGetProperty("resolved", out _)
        select (package.Name, package.Value.GetProperty("resolved").GetString()!);

    private static IEnumerable<FileInfo> Files(DirectoryInfo folder) =>
        folder.EnumerateFiles().Concat(folder.EnumerateDirectories().Where(inner => !NotOurs.Contains(inner.Name)).SelectMany(Files));
}
