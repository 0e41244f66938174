namespace RetinaSharp.Cli.Watching;

/// <summary>An image file in the watched folder, as it was when the folder was listed.</summary>
/// <param name="Path">Path of the file.</param>
/// <param name="Bytes">Size in bytes.</param>
/// <param name="Written">Time of the last modification, in UTC.</param>
internal sealed record ArrivedFile(string Path, long Bytes, DateTime Written)
{
    /// <summary>Looks at a file.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public static ArrivedFile Look(FileInfo file) => new(file.FullName, file.Length, file.LastWriteTimeUtc);

    /// <summary>Returns whether the file still has this size and time. A file that is gone, or that cannot be looked at, has not.</summary>
    public bool IsUnchanged()
    {
        try
        {
            var now = Look(new(Path));
            return (now.Bytes, now.Written) == (Bytes, Written);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
