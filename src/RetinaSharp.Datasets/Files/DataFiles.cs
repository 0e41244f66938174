using System.Text;

namespace RetinaSharp.Datasets.Files;

/// <summary>File access of the dataset readers. I/O errors become a <see cref="DatasetException"/> that names the file.</summary>
internal static class DataFiles
{
    private static ReadOnlySpan<byte> LfsPointer => "version https://git-lfs.github.com/spec/"u8;

    public static byte[] ReadBytes(ImageFile file)
    {
        var bytes = Guard(file.Path, _ => file.ReadBytes());
        ThrowIfLfsPointer(file.Path, bytes);
        return bytes;
    }

    /// <summary>Reads the lines of a text file, without byte order mark.</summary>
    public static string[] ReadLines(string path)
    {
        var lines = Guard(path, File.ReadAllLines);
        if (lines.Length > 0)
            ThrowIfLfsPointer(path, Encoding.UTF8.GetBytes(lines[0]));
        return lines;
    }

    /// <summary>
    /// Returns the paths of the files in a folder that satisfy a predicate, in ordinal order, without macOS's <c>._</c> companion files.
    /// </summary>
    public static string[] List(string folder, bool recursive, Func<string, bool> predicate)
    {
        var files = Guard(folder, path => (recursive ? Tree(path) : [path]).SelectMany(folder => Directory.EnumerateFiles(folder))
            .Where(file => !Path.GetFileName(file).StartsWith("._", StringComparison.Ordinal) && predicate(file)).ToArray());
        Array.Sort(files, StringComparer.Ordinal);
        return files;
    }

    /// <summary>Returns the paths of the subfolders of a folder, in ordinal order.</summary>
    public static string[] Folders(string folder) => Guard(folder, path => Directory.EnumerateDirectories(path).Order(StringComparer.Ordinal).ToArray());

    /// <summary>Returns the subfolder with a name, ignoring case unless one has exactly that name; null if there is none.</summary>
    public static string? FindFolder(string folder, string name)
    {
        var exact = Path.Combine(folder, name);
        return Directory.Exists(exact) ? exact : Array.Find(Folders(folder), path => Path.GetFileName(path).Equals(name, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>Reads the start of a file, at most <paramref name="length"/> bytes.</summary>
    public static byte[] ReadStart(ImageFile file, int length) => Guard(file.Path, _ =>
    {
        using var stream = file.OpenRead();
        var start = new byte[(int)Math.Min(length, stream.Length)];
        stream.ReadExactly(start);
        return start;
    });

    /// <summary>Reads the end of a file, at most <paramref name="length"/> bytes.</summary>
    public static byte[] ReadEnd(ImageFile file, int length) => Guard(file.Path, _ =>
    {
        using var stream = file.OpenRead();
        var end = new byte[(int)Math.Min(length, stream.Length)];
        stream.Position = stream.Length - end.Length;
        stream.ReadExactly(end);
        return end;
    });

    /// <summary>Returns whether a folder has a file that matches a pattern.</summary>
    public static bool Any(string folder, string pattern) => Guard(folder, path => Directory.EnumerateFiles(path, pattern).Any());

    public static bool HasExtension(string path, string extension) => Path.GetExtension(path.AsSpan()).Equals(extension, StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// Returns the absolute path of a file that an annotation file names relative to a folder. Throws <see cref="DatasetException"/> if the
    /// name is not a valid path.
    /// </summary>
    public static string Resolve(string folder, string name, string file, string location)
    {
        try
        {
            return Path.GetFullPath(name, Path.GetFullPath(folder));
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException or PathTooLongException)
        {
            throw new DatasetException(file, location, $"\"{name}\" is not a valid path", exception);
        }
    }

    public static void ThrowIfLfsPointer(string path, ReadOnlySpan<byte> start)
    {
        if (start.StartsWith(LfsPointer))
            throw new DatasetException(path, "", "is a Git LFS pointer instead of the file: run `git lfs pull` in its repository");
    }

    /// <summary>
    /// Returns a folder and all its subfolders. Symbolic links are followed last, and only to folders that were not visited, so that a link
    /// to a parent folder does not loop.
    /// </summary>
    private static IEnumerable<string> Tree(string root)
    {
        // Each folder with its path after resolving links, which identifies visited folders.
        var folders = new Queue<(string Path, string Real)>([(root, ResolveParents(Path.TrimEndingDirectorySeparator(Path.GetFullPath(root))))]);
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

        static string Real(string path) => Directory.ResolveLinkTarget(path, returnFinalTarget: true) is { } target ? ResolveParents(target.FullName) : path;

        static string ResolveParents(string path) => Path.GetDirectoryName(path) is { } parent ? Real(Path.Combine(ResolveParents(parent), Path.GetFileName(path))) : path;
    }

    /// <summary>Reads a file. I/O errors become a <see cref="DatasetException"/>.</summary>
    public static T Guard<T>(string path, Func<string, T> read)
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
