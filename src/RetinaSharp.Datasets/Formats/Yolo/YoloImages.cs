using RetinaSharp.Datasets.Files;

namespace RetinaSharp.Datasets.Formats;

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
            foreach (var image in Directory.Exists(source) ? FromFolder(source) : FromList(source, root, log))
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
    /// Returns the path of an image's label file: in the given folder; otherwise the last folder named <c>images</c> in the path is replaced by
    /// <c>labels</c>; otherwise beside the image. The file may not exist.
    /// </summary>
    public static string LabelPath(string image, string? labelFolder = null)
    {
        var name = Path.GetFileNameWithoutExtension(image) + ".txt";
        if (labelFolder is not null)
        {
            // The folders of the image are repeated in the label folder as far as they are there.
            var nested = Path.Combine(labelFolder, Path.GetFileName(Path.GetDirectoryName(image)) ?? "", name);
            return File.Exists(nested) ? nested : Path.Combine(labelFolder, name);
        }

        var usual = Path.ChangeExtension(ReplaceFolder(image, "images", "labels"), ".txt");
        var beside = Path.ChangeExtension(image, ".txt");
        return !File.Exists(usual) && File.Exists(beside) ? beside : usual;
    }

    /// <summary>Replaces the last folder of a given name in a path; returns the path unchanged if there is none.</summary>
    public static string ReplaceFolder(string path, string from, string to)
    {
        var separator = Path.DirectorySeparatorChar;
        var at = $"{path}{separator}".LastIndexOf($"{separator}{from}{separator}", StringComparison.OrdinalIgnoreCase);
        if (at < 0)
            return path;
        // The other folder may be spelled Labels or LABELS.
        var folder = Directory.Exists(path[..at]) ? DataFiles.FindFolder(path[..at], to) : null;
        return $"{folder ?? path[..at] + separator + to}{path[(at + from.Length + 1)..]}";
    }

    private static IEnumerable<YoloImage> FromFolder(string folder) =>
        DataFiles.List(folder, recursive: true, ImageFiles.IsImage)
            .Select(path => new YoloImage(Path.GetRelativePath(folder, path).Replace('\\', '/'), path, folder, ""));

    private static List<YoloImage> FromList(string list, string root, ProblemLog log)
    {
        var resolver = new ImageResolver(list, [Path.GetDirectoryName(list)!, root], [root]);
        var images = new List<YoloImage>();
        var lines = DataFiles.ReadLines(list);
        for (var i = 0; i < lines.Length; i++)
        {
            var name = lines[i].Trim().Replace('\\', '/');
            if (name.Length == 0)
                continue;
            var location = $"line {i + 1}";
            images.Add(new(name.StartsWith("./", StringComparison.Ordinal) ? name[2..] : name, resolver.Resolve(name, location), list, location));
        }

        resolver.Report(log);
        return images;
    }
}
