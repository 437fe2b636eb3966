namespace Dragoman.Infra.Tests.Tools;

/// <summary>The paths of this repository.</summary>
internal static class Repository
{
    /// <summary>The folder that holds <c>Serverless.sln</c>.</summary>
    public static string Root { get; } = FindUpwards("Serverless.sln")
        ?? throw new InvalidOperationException($"no Serverless.sln above {AppContext.BaseDirectory}");

    /// <summary>The folder of the templates.</summary>
    public static string Infra => Path.Combine(Root, "infra");

    /// <summary>The first folder from the test assembly upwards that has a file or folder of this name; null if none has.</summary>
    public static string? FindUpwards(string name)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (Path.Exists(Path.Combine(folder.FullName, name)))
                return folder.FullName;
        }

        return null;
    }

    /// <summary>Copies a folder with what is below it, without Terraform's own data.</summary>
    public static void Copy(string source, string target)
    {
        Directory.CreateDirectory(target);
        foreach (var file in Directory.EnumerateFiles(source))
            File.Copy(file, Path.Combine(target, Path.GetFileName(file)), overwrite: true);
        foreach (var folder in Directory.EnumerateDirectories(source).Where(folder => Path.GetFileName(folder) != ".terraform"))
            Copy(folder, Path.Combine(target, Path.GetFileName(folder)));
    }
}
