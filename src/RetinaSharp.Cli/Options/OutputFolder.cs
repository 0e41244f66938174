namespace RetinaSharp.Cli.Options;

/// <summary>The folder for results that --out names, and checks of such folders and files before the work starts.</summary>
internal sealed class OutputFolder
{
    private OutputFolder(string path, string resultsFile) => (Path, Results) = (path, System.IO.Path.Combine(path, resultsFile));

    /// <summary>Path of the folder.</summary>
    public string Path { get; }

    /// <summary>Path of the results file in the folder.</summary>
    public string Results { get; }

    /// <summary>Checks a folder for results, without creating it.</summary>
    /// <param name="path">Path of the folder; null if --out is not given.</param>
    /// <param name="resultsFile">Name of the results file, which may be overwritten.</param>
    /// <param name="inputs">Files that must not be overwritten.</param>
    /// <returns>The folder; null if <paramref name="path"/> is null.</returns>
    /// <exception cref="UsageException">The path cannot be a folder, or an input would be overwritten.</exception>
    public static OutputFolder? Create(string? path, string resultsFile, IReadOnlyList<string> inputs)
    {
        if (path is null)
            return null;
        RequireFolder(path);
        var folder = new OutputFolder(path, resultsFile);
        if (Directory.Exists(folder.Results))
            throw new UsageException($"--out: {folder.Results} is a folder, but a file of this name must be written; choose another folder");
        RequireNotAmong(inputs, folder.Results);
        return folder;
    }

    /// <summary>Checks that a path is a folder or can become one.</summary>
    /// <param name="path">Path of the folder.</param>
    /// <param name="option">Name of the option that gives it, for messages.</param>
    /// <exception cref="UsageException">The path or one of its parents is a file.</exception>
    public static void RequireFolder(string path, string option = "--out")
    {
        for (var part = System.IO.Path.GetFullPath(path); part is not null; part = System.IO.Path.GetDirectoryName(part))
            if (File.Exists(part))
                throw new UsageException($"{option}: {part} is a file, not a folder");
    }

    /// <summary>Checks that a path can be written as a file.</summary>
    /// <param name="path">Path of the file.</param>
    /// <param name="inputs">Files that must not be overwritten.</param>
    /// <exception cref="UsageException">The path is a folder or one of the inputs, or its parent folder does not exist.</exception>
    public static void RequireFile(string path, IReadOnlyList<string> inputs)
    {
        if (Directory.Exists(path))
            throw new UsageException($"--out: {path} is a folder; name a file in it");
        if (!Directory.Exists(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path))))
            throw new UsageException($"--out: the folder of {path} does not exist");
        RequireNotAmong(inputs, path);
    }

    /// <summary>Checks that a folder is empty or does not exist.</summary>
    /// <exception cref="UsageException">The path cannot be a folder, or the folder is not empty.</exception>
    public static void RequireEmpty(string path)
    {
        RequireFolder(path);
        if (Directory.Exists(path) && Directory.EnumerateFileSystemEntries(path).Any())
            throw new UsageException($"--out: {path} is not empty; choose another folder, or empty it");
    }

    /// <summary>Creates the folder and checks that it can be written to.</summary>
    /// <exception cref="IOException">The folder cannot be created or written to.</exception>
    public void Prepare()
    {
        try
        {
            Directory.CreateDirectory(Path);
            using var probe = new FileStream($"{Results}.{Guid.NewGuid():N}.tmp", FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
            probe.WriteByte(0);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"--out: {Path} cannot be written to ({error.Message}); choose another folder, or check free space and permissions", error);
        }
    }

    /// <summary>Checks that a file is none of the inputs.</summary>
    /// <param name="inputs">Files that must not be overwritten.</param>
    /// <param name="path">Path of the file that is written.</param>
    /// <param name="option">Name of the option that gives it, for messages.</param>
    /// <exception cref="UsageException">The file is one of the inputs.</exception>
    public static void RequireNotAmong(IReadOnlyList<string> inputs, string path, string option = "--out")
    {
        var full = System.IO.Path.GetFullPath(path);
        if (inputs.FirstOrDefault(input => System.IO.Path.GetFullPath(input) == full) is { } input)
            throw new UsageException($"{option}: the input {input} would be overwritten; choose another path");
    }
}
