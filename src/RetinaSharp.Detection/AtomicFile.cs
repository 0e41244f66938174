using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace RetinaSharp.Detection;

/// <summary>Writes files that are whole at every moment, whatever happens: a killed process, a full disk, a power cut.</summary>
public static partial class AtomicFile
{
    /// <summary>Added to the name of a file while it is written.</summary>
    public const string Beside = ".tmp";

    private const int BufferBytes = 1 << 16;

    /// <summary>Writes beside the file's place, through to the disk, then renames into place, so that a reader sees the old file or the new one.</summary>
    /// <param name="path">The file; replaced where it exists.</param>
    /// <param name="write">Writes the content; what it throws comes out, and the file is as it was.</param>
    /// <param name="previous">Where the old file is kept; null: it is not.</param>
    /// <exception cref="IOException">The file cannot be written; names it and the remedy. It is as it was.</exception>
    public static void Write(string path, Action<Stream> write, string? previous = null)
    {
        var temporary = path + Beside;
        try
        {
            using (var file = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None, BufferBytes))
            {
                write(file);
                file.Flush(flushToDisk: true);
            }
            // Between the two renames there is only the previous file, which readers know to look for.
            if (previous is not null && File.Exists(path))
                File.Move(path, previous, overwrite: true);
            File.Move(temporary, path, overwrite: true);
            FlushFolder(Path.GetDirectoryName(Path.GetFullPath(path))!);
        }
        catch (Exception error)
        {
            Remove(temporary);
            if (error is IOException or UnauthorizedAccessException)
                throw new IOException($"{path} cannot be written ({error.Message}): check that its folder is there, has space and may be written to.", error);
            throw;
        }
    }

    // A rename is on the disk only when its folder is. .NET opens no folders; elsewhere than on Linux the system decides when.
    private static void FlushFolder(string folder)
    {
        if (!OperatingSystem.IsLinux())
            return;
        const int ReadOnly = 0;
        using var handle = new SafeFileHandle(Open(folder, ReadOnly), ownsHandle: true);
        if (!handle.IsInvalid)
            RandomAccess.FlushToDisk(handle);
    }

    private static void Remove(string temporary)
    {
        try
        {
            File.Delete(temporary);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // What made the write fail is the news; a leftover beside the file harms nothing.
        }
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);
}
