namespace RetinaSharp.Cli.Verbs;

/// <summary>Chooses the paths of drawings in the output folder: unique, and never that of an input image.</summary>
/// <param name="folder">The output folder.</param>
/// <param name="inputs">All input images.</param>
internal sealed class DrawingPaths(string folder, IEnumerable<string> inputs)
{
    private readonly HashSet<string> _taken = new(inputs.Select(Path.GetFullPath), StringComparer.OrdinalIgnoreCase);

    /// <summary>The path of an input's drawing: its own name, with a number if that is taken, as PNG if its format cannot be written.</summary>
    public string Next(string input)
    {
        var extension = Path.GetExtension(input);
        if (extension.ToLowerInvariant() is not (".jpg" or ".jpeg" or ".png" or ".webp"))
            extension = ".png";
        var name = Path.GetFileNameWithoutExtension(input);
        for (var number = 1; ; number++)
        {
            var path = Path.GetFullPath(Path.Combine(folder, number == 1 ? name + extension : $"{name}-{number}{extension}"));
            if (_taken.Add(path))
                return path;
        }
    }
}
