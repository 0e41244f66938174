using Microsoft.Win32.SafeHandles;

namespace RetinaSharp.Detection.Weights;

/// <summary>
/// A weights file opened for reading. Thread-safe. The file is read rather than memory-mapped: if another program truncates it, a read throws an exception,
/// whereas access to a mapping would crash the process.
/// </summary>
internal sealed class FileBytes : IDisposable
{
    private readonly SafeFileHandle _handle;

    private FileBytes(string path, SafeFileHandle handle, long length) => (Path, _handle, Length) = (path, handle, length);

    /// <summary>The file's path, as given.</summary>
    public string Path { get; }

    /// <summary>Length in bytes that the file had when it was opened.</summary>
    public long Length { get; }

    /// <summary>Opens a file.</summary>
    /// <exception cref="WeightsException">The file cannot be read.</exception>
    public static FileBytes Open(string path)
    {
        SafeFileHandle? handle = null;
        try
        {
            handle = File.OpenHandle(path, share: FileShare.Read | FileShare.Delete);
            return new(path, handle, RandomAccess.GetLength(handle));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            handle?.Dispose();
            throw Unreadable(path, e);
        }
    }

    /// <summary>Fills the destination with the bytes of the file that start at an offset.</summary>
    /// <exception cref="WeightsException">The file was truncated, or cannot be read.</exception>
    public void ReadAt(long offset, Span<byte> destination)
    {
        try
        {
            while (!destination.IsEmpty)
            {
                var read = RandomAccess.Read(_handle, destination, offset);
                if (read == 0)
                    throw new WeightsException(Path, "became shorter while it was read; try again after the other program has finished writing it");
                offset += read;
                destination = destination[read..];
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(Path, e);
        }
    }

    /// <summary>Reads the given number of bytes that start at an offset. The caller has checked the range against <see cref="Length"/>.</summary>
    /// <exception cref="WeightsException">The file was truncated, or cannot be read.</exception>
    public byte[] Read(long offset, int length)
    {
        var bytes = new byte[length];
        ReadAt(offset, bytes);
        return bytes;
    }

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();

    private static WeightsException Unreadable(string path, Exception e) =>
        new(path, $"cannot be read ({e.Message}); check that the file exists and is readable", e);
}
