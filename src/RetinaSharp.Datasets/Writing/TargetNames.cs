using RetinaSharp.Datasets.Formats;

namespace RetinaSharp.Datasets.Writing;

/// <summary>
/// Chooses the names of images in the dataset that is written. Names without extension are unique, ignoring case, because label files have
/// the names of their images and some file systems ignore case.
/// </summary>
/// <param name="isFlat">Whether names have no folders.</param>
internal sealed class TargetNames(bool isFlat)
{
    private readonly HashSet<string> _taken = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// Returns the name of an image: its file name, with its folders if the target has folders. If the name is taken in a target without
    /// folders, the folders become its first part; otherwise the name gets a number.
    /// </summary>
    /// <param name="image">The image.</param>
    /// <param name="split">Name of the split whose folder the image goes to; folders with the name of a split are left out then. Null if no folder is that of a split.</param>
    /// <param name="rename">Changes the name to one that the format allows.</param>
    public string Next(AnnotatedImage image, string? split, Func<string, string> rename)
    {
        var name = rename(Relative(image, split));
        var extension = Path.GetExtension(name);
        var stem = name[..^extension.Length];
        if (isFlat && stem.LastIndexOf('/') is var slash and >= 0)
            stem = Claim(stem[(slash + 1)..]) ?? Unique(stem.Replace('/', '_'));
        else
            stem = Unique(stem);
        return stem + extension;
    }

    /// <summary>Returns the relative path of an image: its file name, or the name of the file if that leads out of the image folder.</summary>
    private static string Relative(AnnotatedImage image, string? split)
    {
        var file = Path.GetFileName(image.Path);
        var parts = image.FileName.Replace('\\', '/').Split('/', StringSplitOptions.RemoveEmptyEntries).Where(part => part != ".").ToArray();
        var leaves = parts.Length == 0 || parts.Contains("..") || parts[0].EndsWith(':') || Path.IsPathRooted(image.FileName);
        if (leaves)
            return file.Length > 0 ? file : $"image-{image.Id}";
        // Annotation files may name an image with another extension than it has.
        if (file.Length > 0 && !Path.GetExtension(parts[^1]).Equals(Path.GetExtension(file), StringComparison.OrdinalIgnoreCase))
            parts[^1] = file;
        // Readers assign an image to every split that one of its folders names.
        if (split is not null)
            parts = [.. parts[..^1].Where(folder => !SplitNames.All.Append(split).Any(name => SplitNames.AreEqualWithYear(folder, name))), parts[^1]];
        return string.Join('/', parts);
    }

    private string Unique(string stem)
    {
        for (var number = 1; ; number++)
            if (Claim(number == 1 ? stem : $"{stem}-{number}") is { } free)
                return free;
    }

    private string? Claim(string stem) => _taken.Add(stem) ? stem : null;
}
