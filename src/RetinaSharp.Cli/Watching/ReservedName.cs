using System.Text;
using RetinaSharp.Detection;

namespace RetinaSharp.Cli.Watching;

/// <summary>
/// A name in a folder that is reserved for an image and the files beside it: until it is disposed, no other image gets it, whatever its extension. A file reserves the name. It says what image is to come, so
/// that the next start can complete or remove what a killed process has left.
/// </summary>
internal sealed class ReservedName : IDisposable
{
    private const string Suffix = ".watch" + AtomicFile.TemporarySuffix;

    // Not shared: a name whose file can be opened is in use by no process.
    private readonly FileStream _file;
    private readonly long _bytes;

    // Whether nothing of this image is left to complete or to remove.
    private bool _isSettled;

    private ReservedName(FileStream file, string image, long bytes) => (_file, Image, _bytes) = (file, image, bytes);

    /// <summary>Path of the image.</summary>
    public string Image { get; }

    /// <summary>Path of the JSON file with its detections.</summary>
    public string Json => JsonOf(Image);

    /// <summary>Path of its drawing.</summary>
    public string Drawing => Path.Combine(Path.GetDirectoryName(Image)!, WatchedFolder.Drawn, Path.GetFileNameWithoutExtension(Image) + ".jpg");

    private string Temporary => TemporaryOf(Image);

    /// <summary>Reserves the name of a file, with a number if it is taken.</summary>
    /// <param name="folder">The folder that the file is to move to.</param>
    /// <param name="file">The file.</param>
    /// <exception cref="IOException">The folder cannot be written to.</exception>
    public static ReservedName Take(string folder, ArrivedFile file)
    {
        var (stem, extension) = (Path.GetFileNameWithoutExtension(file.Path), Path.GetExtension(file.Path));
        try
        {
            for (var number = 1; ; number++)
            {
                var image = Path.Combine(folder, number == 1 ? stem + extension : $"{stem}-{number}{extension}");
                if (!IsTaken(image) && TryTake(image, file.Bytes) is { } name)
                    return name;
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"{folder} cannot be written to ({error.Message}): check its free space and permissions.", error);
        }
    }

    /// <summary>Completes the moves that killed processes have begun in a folder, and removes what they wrote for images that they did not move. Images of running processes are left alone.</summary>
    public static void Recover(string folder)
    {
        foreach (var path in Directory.GetFiles(folder, "*" + Suffix))
        {
            if (Open(path, FileMode.Open) is not { } file)
                continue;
            using var name = new StreamReader(file).ReadToEnd().Split(' ') is [var size, var extension] && long.TryParse(size, out var bytes)
                ? new ReservedName(file, path[..^Suffix.Length] + extension, bytes)
                // The process was killed before it wrote anything else.
                : new ReservedName(file, path, 0) { _isSettled = true };
        }
    }

    /// <summary>Moves the file to its name, as it was when it was listed.</summary>
    /// <returns>Whether it was moved; if not, it has changed or vanished.</returns>
    /// <exception cref="IOException">The file cannot be moved.</exception>
    public bool Move(ArrivedFile file)
    {
        if (!file.IsUnchanged())
            return false;
        try
        {
            // Between file systems a move is a copy, which must not be seen half-written.
            File.Move(file.Path, Temporary, overwrite: true);
            File.Move(Temporary, Image);
        }
        catch (FileNotFoundException)
        {
            return false;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"{file.Path} cannot be moved to {Image} ({error.Message}): check the permissions of both folders, and free space.", error);
        }

        _isSettled = true;
        return true;
    }

    /// <summary>Frees the name. Unless the image was moved, removes what was written for it.</summary>
    public void Dispose()
    {
        var path = _file.Name;
        try
        {
            if (!_isSettled)
                Settle();
            _file.Dispose();
            File.Delete(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // What is left waits for the next start; the error that led here is the one to report.
        }
        finally
        {
            _file.Dispose();
        }
    }

    private static ReservedName? TryTake(string image, long bytes)
    {
        if (Open(Path.ChangeExtension(image, Suffix), FileMode.CreateNew) is not { } file)
            return null;
        var name = new ReservedName(file, image, bytes) { _isSettled = true };
        try
        {
            // Another image may have got the name between the last look and the reservation.
            if (IsTaken(image))
                return null;
            file.Write(Encoding.UTF8.GetBytes($"{bytes} {Path.GetExtension(image)}"));
            file.Flush(flushToDisk: true);
            name._isSettled = false;
            return name;
        }
        finally
        {
            if (name._isSettled)
                name.Dispose();
        }
    }

    /// <summary>Opens the file of a name; null if another process has it, or had it until now.</summary>
    private static FileStream? Open(string path, FileMode mode)
    {
        try
        {
            return new(path, mode, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
        }
        catch (IOException error) when (error is FileNotFoundException || File.Exists(path))
        {
            return null;
        }
    }

    private static bool IsTaken(string image) => Path.Exists(image) || Path.Exists(JsonOf(image)) || Path.Exists(TemporaryOf(image));

    private static string JsonOf(string image) => Path.ChangeExtension(image, ".json");

    private static string TemporaryOf(string path) => path + AtomicFile.TemporarySuffix;

    private void Settle()
    {
        // A copy between file systems that was cut short is smaller than the image, which is then still in its old place.
        if (new FileInfo(Temporary) is { Exists: true } moved && moved.Length >= _bytes)
            File.Move(Temporary, Image);
        else if (!File.Exists(Image))
            foreach (var file in (string[])[Temporary, Json, TemporaryOf(Json), Drawing, TemporaryOf(Drawing)])
                if (File.Exists(file))
                    File.Delete(file);
    }
}
