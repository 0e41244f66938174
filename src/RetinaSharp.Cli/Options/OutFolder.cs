namespace RetinaSharp.Cli.Options;

/// <summary>The folder that --out names. It is tried before the work begins, not found wanting after it.</summary>
internal sealed class OutFolder
{
    private OutFolder(string path, string resultsFile) => (Path, Results) = (path, System.IO.Path.Combine(path, resultsFile));

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>The file of results in it.</summary>
    public string Results { get; }

    /// <summary>Looks at the option, and makes nothing yet.</summary>
    /// <param name="path">What was given; null: no option, no folder.</param>
    /// <param name="resultsFile">Name of the file that will be written, over one that may be there.</param>
    /// <param name="inputs">Files that are read, and must be left as they are.</param>
    /// <exception cref="UsageException">It cannot be a folder, or an input would be overwritten.</exception>
    public static OutFolder? Create(string? path, string resultsFile, IReadOnlyList<string> inputs)
    {
        if (path is null)
            return null;
        RequireFolder(path);
        var folder = new OutFolder(path, resultsFile);
        if (Directory.Exists(folder.Results))
            throw new UsageException($"--out: {folder.Results} is a folder, where a file will be written; choose another folder");
        var results = System.IO.Path.GetFullPath(folder.Results);
        if (inputs.FirstOrDefault(input => System.IO.Path.GetFullPath(input) == results) is { } overwritten)
            throw new UsageException($"--out: {overwritten} is read, and would be overwritten; choose another folder");
        return folder;
    }

    /// <summary>Looks at an option that names a folder.</summary>
    /// <exception cref="UsageException">It or a folder above it is a file.</exception>
    public static void RequireFolder(string path)
    {
        for (var place = System.IO.Path.GetFullPath(path); place is not null; place = System.IO.Path.GetDirectoryName(place))
            if (File.Exists(place))
                throw new UsageException($"--out: {place} is a file; a folder is needed");
    }

    /// <summary>Looks at an option that names a file to write.</summary>
    /// <param name="path">The file.</param>
    /// <param name="inputs">Files that are read, and must be left as they are.</param>
    /// <exception cref="UsageException">It is a folder, in a folder that is not there, or an input.</exception>
    public static void RequireFile(string path, IReadOnlyList<string> inputs)
    {
        var full = System.IO.Path.GetFullPath(path);
        if (Directory.Exists(full))
            throw new UsageException($"--out: {path} is a folder; name a file in it");
        if (!Directory.Exists(System.IO.Path.GetDirectoryName(full)))
            throw new UsageException($"--out: the folder of {path} is not there");
        if (inputs.FirstOrDefault(input => System.IO.Path.GetFullPath(input) == full) is { } overwritten)
            throw new UsageException($"--out: {overwritten} is read, and would be overwritten; choose another file");
    }

    /// <summary>Looks at an option that names a folder with nothing in it, or one that is not there yet.</summary>
    /// <exception cref="UsageException">It cannot be a folder, or is not empty.</exception>
    public static void RequireEmpty(string path)
    {
        RequireFolder(path);
        if (Directory.Exists(path) && Directory.EnumerateFileSystemEntries(path).Any())
            throw new UsageException($"--out: {path} is not empty; choose another folder, or empty it");
    }

    /// <summary>Makes the folder where it is not there, and writes into it for a trial.</summary>
    /// <exception cref="IOException">It cannot be made or written into.</exception>
    public void Prepare()
    {
        try
        {
            Directory.CreateDirectory(Path);
            using var trial = new FileStream($"{Results}.{Guid.NewGuid():N}.tmp", FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
            trial.WriteByte(0);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"--out: {Path} cannot be written into ({error.Message}); choose another folder, or make room and see to your rights", error);
        }
    }
}
