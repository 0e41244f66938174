namespace RetinaSharp.Datasets.Writing;

/// <summary>The folder of a dataset that is written: it appears when it is complete, or not at all.</summary>
internal static class TargetFolder
{
    private const string TemporaryExtension = ".tmp";

    /// <summary>Returns whether a file is in a folder that an interrupted <see cref="Write"/> has left in a dataset folder.</summary>
    public static bool IsUnfinished(string root, string file) =>
        Path.GetRelativePath(root, file).Split(Path.DirectorySeparatorChar)[..^1].Any(part => part.StartsWith('.') && part.EndsWith(TemporaryExtension, StringComparison.Ordinal));

    /// <summary>Checks that a path does not exist, or is an empty folder.</summary>
    /// <exception cref="IOException">The path is a file, or a folder with content.</exception>
    public static void RequireNew(string path)
    {
        if (File.Exists(path))
            throw new IOException($"{path} exists: choose another path, or delete it");
        if (Directory.Exists(path) && Directory.EnumerateFileSystemEntries(path).Any())
            throw new IOException($"{path} is not empty: choose another folder, or empty it");
    }

    /// <summary>Writes a folder under a temporary name, beside it or, if it exists, in it, and moves it to its place when it is complete.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="write">Writes the content to the folder with the temporary name.</param>
    /// <param name="last">Name of the file that makes the folder a dataset: if the files have to be moved one by one, it is moved last. Null: any.</param>
    public static void Write(string path, Action<string> write, string? last = null)
    {
        var target = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        var exists = Directory.Exists(target);
        var temporary = exists ? Path.Combine(target, $".{Guid.NewGuid():N}{TemporaryExtension}") : $"{target}.{Guid.NewGuid():N}{TemporaryExtension}";
        try
        {
            Directory.CreateDirectory(temporary);
            write(temporary);
            if (!exists)
            {
                Directory.Move(temporary, target);
                return;
            }

            foreach (var entry in Directory.GetFileSystemEntries(temporary).OrderBy(entry => Path.GetFileName(entry) == last))
                Directory.Move(entry, Path.Combine(target, Path.GetFileName(entry)));
        }
        finally
        {
            if (Directory.Exists(temporary))
                Directory.Delete(temporary, recursive: true);
        }
    }
}
