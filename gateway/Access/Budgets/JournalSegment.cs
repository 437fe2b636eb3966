using System.IO.MemoryMappedFiles;

namespace Dragoman.Access.Budgets;

/// <summary>A file of a <see cref="Journal"/>, mapped into memory: what was copied into it survives the process, but not the machine before it is flushed.</summary>
internal sealed class JournalSegment : IDisposable
{
    private const int Block = 64 * 1024;

    private readonly MemoryMappedFile? file;
    private readonly MemoryMappedViewAccessor? view;
    private readonly int size;

    private JournalSegment(string path, MemoryMappedFile? file, int size)
    {
        (Path, this.file, this.size) = (path, file, size);
        view = file?.CreateViewAccessor(0, size);
    }

    public string Path { get; }

    /// <summary>What it begins with.</summary>
    public SegmentHeader Header { get; set; }

    /// <summary>The bytes that are used.</summary>
    public int Used { get; private set; }

    /// <summary>The bytes that are not used.</summary>
    public int Free => size - Used;

    /// <summary>Whether something was written since the last flush began.</summary>
    public bool IsDirty { get; set; }

    /// <summary>Whether nothing is written any more.</summary>
    public bool IsRetired { get; set; }

    /// <exception cref="IOException">The file cannot be created, or the disk is full.</exception>
    public static JournalSegment Create(string path, int size)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = FileShare.ReadWrite | FileShare.Delete,
            BufferSize = 0,
        };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        var stream = new FileStream(path, options);
        try
        {
            // A page of a mapped file for which the disk has no room ends the process. So the room is taken now.
            var zeros = new byte[Block];
            for (var written = 0; written < size; written += Block)
                stream.Write(zeros, 0, Math.Min(Block, size - written));
            return new(path, MemoryMappedFile.CreateFromFile(stream, null, size, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: false), size);
        }
        catch
        {
            stream.Dispose();
            File.Delete(path);
            throw;
        }
    }

    /// <summary>A segment that another process wrote.</summary>
    public static JournalSegment Of(string path, SegmentHeader header) => new(path, null, 0) { Header = header, IsRetired = true };

    /// <summary>Writes a record, if there is room for it.</summary>
    public bool TryAppend(ReadOnlySpan<byte> frame)
    {
        if (frame.Length > Free || view is null)
            return false;
        view.SafeMemoryMappedViewHandle.WriteSpan((ulong)Used, frame);
        Used += frame.Length;
        IsDirty = true;
        return true;
    }

    /// <summary>Waits until everything is on the disk.</summary>
    public void Flush() => view?.Flush();

    public void Dispose()
    {
        view?.Dispose();
        file?.Dispose();
    }
}
