using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace RetinaSharp.Detection;

/// <summary>
/// Writes files atomically: after a killed process, a full disk or a power failure, a file has either its old or its new content, never a part of it.
/// </summary>
public static partial class AtomicFile
{
    /// <summary>Suffix of the name of the temporary file. The file is renamed to its final name when it is complete.</summary>
    public const string TemporarySuffix = ".tmp";

    private const int BufferBytes = 1 << 16;

    /// <summary>
    /// Writes a temporary file in the same folder, flushes it to disk and renames it, so that a reader sees either the old file or the new one.
    /// </summary>
    /// <param name="path">The file; replaced if it exists.</param>
    /// <param name="write">Writes the content. If it throws, the exception is rethrown and the file is unchanged.</param>
    /// <param name="previous">Path that the old file is renamed to just before the new one takes its name; null: the old file is replaced.</param>
    /// <exception cref="IOException">
    /// The file cannot be written; the message names the file and the remedy. The file is unchanged, or has the name <paramref name="previous"/> if the last rename failed.
    /// </exception>
    public static void Write(string path, Action<Stream> write, string? previous = null)
    {
        var temporary = path + TemporarySuffix;
        try
        {
            using (var file = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None, BufferBytes))
            {
                write(file);
                file.Flush(flushToDisk: true);
            }
            // Between the two renames only the previous file exists; readers fall back to it.
            if (previous is not null && File.Exists(path))
                File.Move(path, previous, overwrite: true);
            File.Move(temporary, path, overwrite: true);
            FlushFolder(Path.GetDirectoryName(Path.GetFullPath(path))!);
        }
        catch (Exception error)
        {
            Remove(temporary);
            if (error is IOException or UnauthorizedAccessException)
                throw new IOException($"{path} cannot be written ({error.Message}): check that its folder exists, is writable and has free space.", error);
            throw;
        }
    }

    // A rename is durable only after fsync of the folder, which .NET cannot open. On other systems than Linux the OS decides when to flush.
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
            // Report the error of the write, not of the cleanup; a leftover temporary file is harmless.
        }
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);
}
