namespace Dragoman.Startup;

/// <summary>Reads a file that the operator named. It may be anything: missing, a directory, endless, or a pipe without a writer.</summary>
public static class SmallFile
{
    /// <summary>How long a pipe or a device may delay the start.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>The bytes of the file.</summary>
    /// <param name="path">The name of the file.</param>
    /// <param name="mostBytes">The largest length in bytes.</param>
    /// <exception cref="SmallFileException">The file cannot be read. The message gives the reason without the file's name.</exception>
    public static byte[] Read(string path, int mostBytes)
    {
        if (path.Length == 0)
            throw new SmallFileException("has no name");
        if (Directory.Exists(path))
            throw new SmallFileException("is a directory; allowed: a file");
        try
        {
            if (new FileInfo(path) is not { Exists: true, Length: 0 })
                return ReadBytes(path, mostBytes);
            // Pipes and devices have no length, and opening one can take forever.
            var reading = Task.Run(() => ReadBytes(path, mostBytes));
            return ((IAsyncResult)reading).AsyncWaitHandle.WaitOne(Patience)
                ? reading.GetAwaiter().GetResult()
                : throw new SmallFileException($"gave nothing to read within {Patience.TotalSeconds} seconds");
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new SmallFileException("does not exist");
        }
        catch (UnauthorizedAccessException)
        {
            throw new SmallFileException("may not be read by the user of this process");
        }
        catch (PathTooLongException)
        {
            throw new SmallFileException("has a name that is too long");
        }
        catch (Exception error) when (error is IOException or ArgumentException or NotSupportedException)
        {
            throw new SmallFileException($"cannot be read: {error.Message}");
        }
    }

    private static byte[] ReadBytes(string path, int mostBytes)
    {
        using var file = new FileStream(path, new FileStreamOptions { Share = FileShare.ReadWrite | FileShare.Delete, BufferSize = 0 });
        var bytes = new MemoryStream();
        var block = new byte[16 * 1024];
        while (file.Read(block) is > 0 and var length)
        {
            bytes.Write(block, 0, length);
            if (bytes.Length > mostBytes)
                throw new SmallFileException($"is too long; allowed: {mostBytes} bytes");
        }

        return bytes.ToArray();
    }
}

/// <summary>A file cannot be read. The message is the rest of a sentence that begins with the file's name.</summary>
public sealed class SmallFileException(string message) : Exception(message);
