namespace RetinaSharp.Cli.Verbs;

/// <summary>Gives drawn images their files in the output folder: no two the same, and none an image that was read.</summary>
/// <param name="folder">The output folder.</param>
/// <param name="sources">All images that are read.</param>
internal sealed class DrawnNames(string folder, IEnumerable<string> sources)
{
    private readonly HashSet<string> _taken = new(sources.Select(Path.GetFullPath), StringComparer.OrdinalIgnoreCase);

    /// <summary>The file for an image: under its own name, with a number where that is taken, and as PNG where its format is not written.</summary>
    public string For(string source)
    {
        var extension = Path.GetExtension(source);
        if (extension.ToLowerInvariant() is not (".jpg" or ".jpeg" or ".png" or ".webp"))
            extension = ".png";
        var name = Path.GetFileNameWithoutExtension(source);
        for (var number = 1; ; number++)
        {
            var path = Path.GetFullPath(Path.Combine(folder, number == 1 ? name + extension : $"{name}-{number}{extension}"));
            if (_taken.Add(path))
                return path;
        }
    }
}
