using RetinaSharp.Datasets.Files;

namespace RetinaSharp.Datasets.Formats;

/// <summary>The folders where images of an annotation file usually are.</summary>
internal static class ImageFolders
{
    private static readonly string[] ImageNames = ["images", "JPEGImages", "image", "imgs", "img"];
    private static readonly string[] AnnotationNames = ["annotations", "annotation", "labels", "label", "ann", "csv", "json", "xml"];

    /// <summary>
    /// Returns the folder itself, the image folders in it and beside it, and the parent folder if the folder has the name of an annotation
    /// folder.
    /// </summary>
    /// <param name="folder">Folder of the annotation file.</param>
    public static IReadOnlyList<string> Near(string folder)
    {
        folder = Path.GetFullPath(folder);
        var found = new List<string> { folder };
        found.AddRange(ImageNames.Select(name => DataFiles.FindFolder(folder, name)).OfType<string>());
        if (Path.GetDirectoryName(folder) is { } parent)
        {
            found.AddRange(ImageNames.Select(name => Path.Combine(parent, name)).Where(Directory.Exists));
            if (AnnotationNames.Contains(Path.GetFileName(folder), StringComparer.OrdinalIgnoreCase))
                found.Add(parent);
        }

        return [.. found.Distinct()];
    }
}
