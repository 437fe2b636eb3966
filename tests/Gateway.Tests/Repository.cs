namespace Dragoman.Gateway.Tests;

/// <summary>The folder of the files that the code must agree with.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    private static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Serverless.sln")))
            folder = folder.Parent!;
        return folder.FullName;
    }
}
