using System.Text;

namespace RetinaSharp.Annotations;

/// <summary>Files of a data set, with errors that name them.</summary>
internal static class DataFiles
{
    private static ReadOnlySpan<byte> LfsPointer => "version https://git-lfs.github.com/spec/"u8;

    public static byte[] ReadBytes(string path)
    {
        var bytes = Guard(path, File.ReadAllBytes);
        RefuseLfsPointer(path, bytes);
        return bytes;
    }

    /// <summary>The lines of a text file, without a byte order mark.</summary>
    public static string[] ReadLines(string path)
    {
        var lines = Guard(path, File.ReadAllLines);
        if (lines.Length > 0)
            RefuseLfsPointer(path, Encoding.UTF8.GetBytes(lines[0]));
        return lines;
    }

    /// <summary>The files under a folder, in ordinal order of their paths; macOS's <c>._</c> companions are no data.</summary>
    public static string[] List(string folder, bool deep, Func<string, bool> wanted)
    {
        var option = deep ? SearchOption.AllDirectories : SearchOption.TopDirectoryOnly;
        var files = Guard(folder, path => Directory.EnumerateFiles(path, "*", option)
            .Where(file => !Path.GetFileName(file).StartsWith("._", StringComparison.Ordinal) && wanted(file)).ToArray());
        Array.Sort(files, StringComparer.Ordinal);
        return files;
    }

    public static bool HasExtension(string path, string extension) => Path.GetExtension(path.AsSpan()).Equals(extension, StringComparison.OrdinalIgnoreCase);

    /// <summary>Absolute path of what a file of the set names; such a name can hold anything.</summary>
    public static string Resolve(string folder, string name, string file, string place)
    {
        try
        {
            return Path.GetFullPath(name, Path.GetFullPath(folder));
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException or PathTooLongException)
        {
            throw new DataException(file, place, $"\"{name}\" is no path", exception);
        }
    }

    public static void RefuseLfsPointer(string path, ReadOnlySpan<byte> start)
    {
        if (start.StartsWith(LfsPointer))
            throw new DataException(path, "", "this is a Git LFS pointer, not the file itself: run `git lfs pull` in its repository");
    }

    private static T Guard<T>(string path, Func<string, T> read)
    {
        try
        {
            return read(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new DataException(path, "", $"cannot be read: {exception.Message}", exception);
        }
    }
}
