using RetinaSharp.Datasets;

namespace RetinaSharp.Cli.Verbs;

/// <summary>Finds the image files that paths on the command line stand for.</summary>
internal static class ImagePaths
{
    private static readonly HashSet<string> Extensions = new(StringComparer.OrdinalIgnoreCase)
    {
        ".jpg", ".jpeg", ".jpe", ".mpo", ".png", ".webp", ".bmp", ".tif", ".tiff",
    };

    /// <summary>Returns the given files, and for each given folder its image files, ordered by name; subfolders are not searched.</summary>
    /// <exception cref="DatasetException">A path does not exist, or a folder cannot be read or has no image files.</exception>
    public static IReadOnlyList<string> Find(IEnumerable<string> paths) => [.. paths.SelectMany(Find)];

    /// <summary>Whether a file has the extension of an image format.</summary>
    public static bool IsImage(string file) => Extensions.Contains(Path.GetExtension(file));

    private static IEnumerable<string> Find(string path)
    {
        if (File.Exists(path))
            return [path];
        if (!Directory.Exists(path))
            throw new DatasetException(path, "", "there is no such file or folder");
        var files = List(path).Where(IsImage).Order(StringComparer.Ordinal).ToList();
        return files.Count > 0
            ? files
            : throw new DatasetException(path, "", $"the folder has no image files ({string.Join(", ", Extensions)}); subfolders are not searched");
    }

    private static string[] List(string folder)
    {
        try
        {
            return Directory.GetFiles(folder);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new DatasetException(folder, "", $"the folder cannot be read: {error.Message}", error);
        }
    }
}
