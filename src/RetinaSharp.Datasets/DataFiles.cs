using System.Text;

namespace RetinaSharp.Datasets;

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
        var files = Guard(folder, path => (deep ? Folders(path) : [path]).SelectMany(at => Directory.EnumerateFiles(at))
            .Where(file => !Path.GetFileName(file).StartsWith("._", StringComparison.Ordinal) && wanted(file)).ToArray());
        Array.Sort(files, StringComparer.Ordinal);
        return files;
    }

    /// <summary>Whether a folder has a file of a pattern.</summary>
    public static bool Any(string folder, string pattern) => Guard(folder, path => Directory.EnumerateFiles(path, pattern).Any());

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
            throw new DatasetException(file, place, $"\"{name}\" is no path", exception);
        }
    }

    public static void RefuseLfsPointer(string path, ReadOnlySpan<byte> start)
    {
        if (start.StartsWith(LfsPointer))
            throw new DatasetException(path, "", "this is a Git LFS pointer, not the file itself: run `git lfs pull` in its repository");
    }

    /// <summary>
    /// A folder and all that are under it. Links are followed, after everything else and none to a folder that was there already:
    /// one that leads back up would never end.
    /// </summary>
    private static IEnumerable<string> Folders(string root)
    {
        // Each with the path without links, which tells whether it was there already.
        var folders = new Queue<(string Path, string Real)>([(root, Whole(Path.TrimEndingDirectorySeparator(Path.GetFullPath(root))))]);
        var links = new Queue<(string Path, string Real)>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (folders.TryDequeue(out var folder) || links.TryDequeue(out folder))
        {
            if (!seen.Add(folder.Real))
                continue;
            yield return folder.Path;
            foreach (var path in Directory.EnumerateDirectories(folder.Path).Order(StringComparer.Ordinal))
            {
                var plain = Path.Combine(folder.Real, Path.GetFileName(path));
                var real = Real(plain);
                (real == plain ? folders : links).Enqueue((path, real));
            }
        }

        static string Real(string path) => Directory.ResolveLinkTarget(path, returnFinalTarget: true) is { } target ? Whole(target.FullName) : path;

        static string Whole(string path) => Path.GetDirectoryName(path) is { } above ? Real(Path.Combine(Whole(above), Path.GetFileName(path))) : path;
    }

    private static T Guard<T>(string path, Func<string, T> read)
    {
        try
        {
            return read(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new DatasetException(path, "", $"cannot be read: {exception.Message}", exception);
        }
    }
}
