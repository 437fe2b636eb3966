namespace Dragoman.Functional.Tests.Harness;

/// <summary>
/// The paths of the attacked tree's files and executables. It replaces the harness's class of this name, which knows only
/// the tree that it was built in.
/// </summary>
internal static class Repository
{
    /// <summary>The folder with <c>Serverless.sln</c>: this tool's tree, unless <c>--tree</c> names another.</summary>
    public static string Root { get; set; } = FindRoot();

    public static string BuildConfiguration => "Release";

    /// <summary>The executable <c>dragoman-{name}</c> of the last Release build.</summary>
    public static string Executable(string name)
    {
        var path = Path.Combine(Root, name, "bin", BuildConfiguration, "net10.0", $"dragoman-{name}");
        return File.Exists(path) ? path : throw new FileNotFoundException($"{path} is missing: build the {name} project in {BuildConfiguration} first");
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Serverless.sln")))
                return folder.FullName;
        }

        throw new InvalidOperationException($"no Serverless.sln above {AppContext.BaseDirectory}");
    }
}
