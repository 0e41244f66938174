namespace RetinaSharp.Cli.Verbs;

/// <summary>
/// Chooses the paths of images with drawn detections in the output folder. The paths are unique, and overwrite nothing but drawings of an earlier run,
/// which has left its results beside them; never an input image.
/// </summary>
/// <param name="folder">The output folder.</param>
/// <param name="inputs">Paths of all input images.</param>
internal sealed class DrawingPaths(string folder, IEnumerable<string> inputs)
{
    private readonly HashSet<string> _taken = new(inputs.Select(Path.GetFullPath), StringComparer.OrdinalIgnoreCase);
    private readonly bool _hasDrawings = File.Exists(Path.Combine(folder, DetectVerb.ResultsFile));

    /// <summary>
    /// Returns the path of an input image's drawing. It has the input's file name, with a number if the path is taken, and the extension .png if the input's
    /// format cannot be written.
    /// </summary>
    public string Next(string input)
    {
        var extension = Path.GetExtension(input);
        if (extension.ToLowerInvariant() is not (".jpg" or ".jpeg" or ".png" or ".webp"))
            extension = ".png";
        var name = Path.GetFileNameWithoutExtension(input);
        for (var number = 1; ; number++)
        {
            var path = Path.GetFullPath(Path.Combine(folder, number == 1 ? name + extension : $"{name}-{number}{extension}"));
            if ((_hasDrawings || !File.Exists(path)) && _taken.Add(path))
                return path;
        }
    }
}
