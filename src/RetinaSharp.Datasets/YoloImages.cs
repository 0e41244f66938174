namespace RetinaSharp.Datasets;

/// <summary>Finds the images in folders and image lists (.txt), and the label file of an image.</summary>
internal static class YoloImages
{
    /// <summary>
    /// Returns the images of all sources: those in a folder in ordinal order of their paths, those of an image list in the order of the
    /// list.
    /// </summary>
    /// <param name="sources">Absolute paths of folders and image lists.</param>
    /// <param name="root">Folder of relative paths that do not exist relative to the folder of their image list.</param>
    /// <param name="log">Receives an error for each image that is listed twice.</param>
    public static List<YoloImage> Collect(IEnumerable<string> sources, string root, ProblemLog log)
    {
        var images = new List<YoloImage>();
        var taken = new HashSet<string>();
        foreach (var source in sources)
        {
            foreach (var image in Directory.Exists(source) ? FromFolder(source) : FromList(source, root))
            {
                if (!taken.Add(image.Path))
                    log.AddError(image.Origin, image.Location, $"{image.Name} is listed twice");
                else
                    images.Add(image);
            }
        }

        return images;
    }

    /// <summary>
    /// Returns the path of an image's label file: the last folder named <c>images</c> in the path is replaced by <c>labels</c>, and the
    /// extension by <c>.txt</c>.
    /// </summary>
    public static string LabelPath(string image) => Path.ChangeExtension(ReplaceFolder(image, "images", "labels"), ".txt");

    /// <summary>Replaces the last folder of a given name in a path; returns the path unchanged if there is none.</summary>
    public static string ReplaceFolder(string path, string from, string to)
    {
        var separator = Path.DirectorySeparatorChar;
        var at = $"{path}{separator}".LastIndexOf($"{separator}{from}{separator}", StringComparison.Ordinal);
        return at < 0 ? path : $"{path[..at]}{separator}{to}{path[(at + from.Length + 1)..]}";
    }

    private static IEnumerable<YoloImage> FromFolder(string folder) =>
        DataFiles.List(folder, recursive: true, ImageFiles.IsImage)
            .Select(path => new YoloImage(Path.GetRelativePath(folder, path).Replace('\\', '/'), path, folder, ""));

    private static IEnumerable<YoloImage> FromList(string list, string root)
    {
        var folder = Path.GetDirectoryName(list)!;
        var lines = DataFiles.ReadLines(list);
        for (var i = 0; i < lines.Length; i++)
        {
            var name = lines[i].Trim().Replace('\\', '/');
            if (name.Length == 0)
                continue;
            var location = $"line {i + 1}";
            var path = DataFiles.Resolve(folder, name, list, location);
            if (!File.Exists(path) && DataFiles.Resolve(root, name, list, location) is var other && File.Exists(other))
                path = other;
            yield return new(name.StartsWith("./", StringComparison.Ordinal) ? name[2..] : name, path, list, location);
        }
    }
}
