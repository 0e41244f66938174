namespace RetinaSharp.Datasets;

/// <summary>The images that a folder or a list names, and where their labels are.</summary>
internal static class YoloImages
{
    /// <summary>Collects the images of folders and .txt lists, in the order of the lists, folders by ordinal order.</summary>
    /// <param name="sources">Folders and lists, by absolute path.</param>
    /// <param name="root">Where a list's paths start if they do not start at the list's folder.</param>
    /// <param name="log">Takes images that are listed twice or are not there.</param>
    public static List<YoloImage> Collect(IEnumerable<string> sources, string root, ProblemLog log)
    {
        var images = new List<YoloImage>();
        var taken = new HashSet<string>();
        foreach (var source in sources)
        {
            foreach (var image in Directory.Exists(source) ? OfFolder(source) : OfList(source, root))
            {
                if (!taken.Add(image.Path))
                    log.Fail(image.Origin, image.Place, $"{image.Name} is listed twice");
                else
                    images.Add(image);
            }
        }

        return images;
    }

    /// <summary>The label file of an image: the last folder <c>images</c> of its path becomes <c>labels</c>.</summary>
    public static string LabelPath(string image) => Path.ChangeExtension(Mirror(image, "images", "labels"), ".txt");

    /// <summary>A path with the last folder of one name replaced; the same path where there is none.</summary>
    public static string Mirror(string path, string from, string to)
    {
        var bar = Path.DirectorySeparatorChar;
        var at = $"{path}{bar}".LastIndexOf($"{bar}{from}{bar}", StringComparison.Ordinal);
        return at < 0 ? path : $"{path[..at]}{bar}{to}{path[(at + from.Length + 1)..]}";
    }

    private static IEnumerable<YoloImage> OfFolder(string folder) =>
        DataFiles.List(folder, deep: true, ImageFiles.IsImage)
            .Select(path => new YoloImage(Path.GetRelativePath(folder, path).Replace('\\', '/'), path, folder, ""));

    private static IEnumerable<YoloImage> OfList(string list, string root)
    {
        var folder = Path.GetDirectoryName(list)!;
        var lines = DataFiles.ReadLines(list);
        for (var i = 0; i < lines.Length; i++)
        {
            var name = lines[i].Trim().Replace('\\', '/');
            if (name.Length == 0)
                continue;
            var place = $"line {i + 1}";
            var path = DataFiles.Resolve(folder, name, list, place);
            if (!File.Exists(path) && DataFiles.Resolve(root, name, list, place) is var other && File.Exists(other))
                path = other;
            yield return new(name.StartsWith("./", StringComparison.Ordinal) ? name[2..] : name, path, list, place);
        }
    }
}
