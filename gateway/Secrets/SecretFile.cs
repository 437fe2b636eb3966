using System.Text;
using Dragoman.Startup;

namespace Dragoman.Secrets;

/// <summary>A file that holds one secret. White space around it, such as the line end that editors add, is no part of it.</summary>
internal static class SecretFile
{
    /// <summary>The largest file with a secret, in bytes.</summary>
    public const int LargestFile = 64 * 1024;

    /// <exception cref="SecretException">The file cannot be read, or holds no valid secret. The message names the file, never the value.</exception>
    public static string Read(string path)
    {
        try
        {
            return SecretText.Check(Encoding.UTF8.GetString(SmallFile.Read(path, LargestFile)).TrimStart('\ufeff').Trim(), $"file {path}");
        }
        catch (SmallFileException error)
        {
            throw new SecretException($"file {path} {error.Message}", SecretFault.Missing);
        }
    }

    /// <summary>Whether the file can be read again: a pipe gives its content only once.</summary>
    public static bool CanBeReadAgain(string path)
    {
        try
        {
            return new FileInfo(path) is { Exists: true, Length: > 0 };
        }
        catch (IOException)
        {
            return false;
        }
    }
}
