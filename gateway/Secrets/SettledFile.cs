namespace Dragoman.Secrets;

/// <summary>Reads the secret of a file that others replace. Half of a new content must not become a key, so it counts only when it stays the same.</summary>
/// <param name="path">The file, or a link to it: Kubernetes replaces the link.</param>
/// <param name="adopted">The content that is in use.</param>
/// <param name="clock">Measures the pause between two looks at the file.</param>
internal sealed class SettledFile(string path, string adopted, TimeProvider clock) : ISecretReader
{
    /// <summary>How long a new content must stay the same.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    /// <summary>A file that changes all the time is looked at this often before the last content stays in use.</summary>
    private const int MostLooks = 5;

    private string adopted = adopted;

    public async Task<string> ReadAsync(CancellationToken cancellation)
    {
        var (content, mistake) = Look();
        if (content == adopted)
            return adopted;
        for (var look = 1; look < MostLooks; look++)
        {
            await Task.Delay(Pause, clock, cancellation).ConfigureAwait(false);
            var (again, wrong) = Look();
            if (again == content && wrong?.Message == mistake?.Message)
                return content is null ? throw mistake! : adopted = content;
            (content, mistake) = (again, wrong);
        }

        throw new SecretException($"file {path} changes all the time");
    }

    private (string? Content, SecretException? Mistake) Look()
    {
        try
        {
            return (SecretFile.Read(path), null);
        }
        catch (SecretException error)
        {
            return (null, error);
        }
    }
}
