namespace Dragoman.Startup;

/// <summary>Reads a file that an operator named, which may be anything: missing, a directory, endless, a pipe that nobody fills.</summary>
public static class SmallFile
{
    /// <summary>How long a pipe or a device may keep the start waiting.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>The bytes of the file.</summary>
    /// <param name="path">Its name.</param>
    /// <param name="mostBytes">How long it may be.</param>
    /// <exception cref="SmallFileException">It cannot be read; the message says why and leaves the name out.</exception>
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

/// <summary>A file cannot be read; the message goes on from the file's name.</summary>
public sealed class SmallFileException(string message) : Exception(message);
