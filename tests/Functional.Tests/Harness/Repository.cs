namespace Dragoman.Functional.Tests.Harness;

/// <summary>The paths of this repository's files and executables.</summary>
internal static class Repository
{
    /// <summary>The folder that holds <c>Serverless.sln</c>.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The configuration of this test assembly's build, <c>Debug</c> or <c>Release</c>.</summary>
    public static string BuildConfiguration { get; } =
        new DirectoryInfo(AppContext.BaseDirectory).Parent?.Name ?? throw new InvalidOperationException("no build folder");

    /// <summary>The executable <c>dragoman-{name}</c> of the same build; the native one when <c>TEST_EXECUTABLES=native</c>.</summary>
    public static string Executable(string name)
    {
        if (Environment.GetEnvironmentVariable("TEST_EXECUTABLES") == "native")
            return NativeExecutable(name);
        var path = Path.Combine(Root, name, "bin", BuildConfiguration, "net10.0", $"dragoman-{name}");
        return File.Exists(path) ? path : throw new FileNotFoundException($"{path} is missing: build the {name} project in {BuildConfiguration} first");
    }

    /// <summary>The native executable <c>dragoman-{name}</c> that <c>publish.sh</c> wrote.</summary>
    public static string NativeExecutable(string name) => Published(name, $"dragoman-{name}");

    /// <summary>The native executable of the command line.</summary>
    public static string NativeCommandLine => Published("cli", "dragoman");

    private static string Published(string name, string file)
    {
        var path = Path.Combine(Root, "artifacts", name, file);
        return File.Exists(path) ? path : throw new FileNotFoundException($"{path} is missing: run ./publish.sh first");
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
