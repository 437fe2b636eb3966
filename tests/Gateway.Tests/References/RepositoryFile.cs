namespace Dragoman.Gateway.Tests.References;

/// <summary>A file that a person wrote. It is neither built nor downloaded, and it is not data.</summary>
/// <param name="Path">The path from the repository's root, with slashes.</param>
/// <param name="Text">The file's whole text.</param>
internal sealed record RepositoryFile(string Path, string Text)
{
    private static readonly string[] Written = [".cs", ".mjs", ".sh", ".conf", ".md", ".json", ".props", ".csproj"];

    private static readonly string[] NotOurs = [".git", "bin", "obj", "node_modules", "artifacts", "streams", "TestResults", "data"];

    private static readonly Lazy<IReadOnlyList<RepositoryFile>> Loaded = new(() => [.. In(new DirectoryInfo(Repository.Root))]);

    public static IReadOnlyList<RepositoryFile> All => Loaded.Value;

    public static IEnumerable<RepositoryFile> Sources => All.Where(file => file.Path.StartsWith("gateway/", StringComparison.Ordinal) && file.Path.EndsWith(".cs", StringComparison.Ordinal));

    public static RepositoryFile At(string path) => All.Single(file => file.Path == path);

    /// <summary>Whether a file or a folder is at a path from the root.</summary>
    public static bool Exists(string path) => System.IO.Path.Exists(System.IO.Path.Combine(Repository.Root, path));

    public int LineOf(int index) => Text.AsSpan(0, index).Count('\n') + 1;

    private static IEnumerable<RepositoryFile> In(DirectoryInfo folder) =>
        folder.EnumerateFiles()
            .Where(file => Written.Contains(file.Extension) && !file.Name.EndsWith("lock.json", StringComparison.Ordinal))
            .Select(file => new RepositoryFile(System.IO.Path.GetRelativePath(Repository.Root, file.FullName).Replace('\\', '/'), File.ReadAllText(file.FullName)))
            .Concat(folder.EnumerateDirectories().Where(inner => !NotOurs.Contains(inner.Name)).SelectMany(In));
}
