namespace Dragoman.Infra.Tests.Tools;

/// <summary>A copy of the templates that a check may write into, and a mutation may change.</summary>
internal sealed class Templates : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("dragoman-infra-");

    public Templates() => Repository.Copy(Repository.Infra, folder.FullName);

    /// <summary>The folder of the Bicep templates.</summary>
    public string Bicep => Path.Combine(folder.FullName, "bicep");

    /// <summary>The folder of the Terraform templates.</summary>
    public string Terraform => Path.Combine(folder.FullName, "terraform");

    /// <summary>Replaces the one place of a file, named by its path below the folder of the templates, that has this text.</summary>
    /// <exception cref="ArgumentException">The file has the text not at all, or several times.</exception>
    public void Replace(string file, string before, string after)
    {
        var path = Path.Combine(folder.FullName, file);
        var text = File.ReadAllText(path);
        var first = text.IndexOf(before, StringComparison.Ordinal);
        if (first < 0 || text.IndexOf(before, first + 1, StringComparison.Ordinal) >= 0)
            throw new ArgumentException($"{file} must have exactly once: {before}", nameof(before));
        File.WriteAllText(path, string.Concat(text.AsSpan(0, first), after, text.AsSpan(first + before.Length)));
    }

    public void Dispose() => folder.Delete(recursive: true);
}
