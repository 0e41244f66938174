namespace RetinaSharp.Datasets;

/// <summary>
/// Finds the image file that belongs to a VOC annotation file. An image with the name of the annotation file has priority over the
/// <c>filename</c> element, because some tools write that without extension or with the name of another image.
/// </summary>
internal sealed class VocImageFinder
{
    private readonly string _folder;
    private readonly Dictionary<string, string> _byStem = [];
    private readonly Dictionary<string, string> _byName = [];

    public VocImageFinder(string folder)
    {
        _folder = folder;
        if (!Directory.Exists(folder))
            return;
        foreach (var path in DataFiles.List(folder, recursive: false, ImageFiles.IsImage))
        {
            _byStem.TryAdd(Path.GetFileNameWithoutExtension(path), path);
            _byName.Add(Path.GetFileName(path), path);
        }
    }

    /// <summary>Returns the path of the image file; if no image file is found, the path where it is expected.</summary>
    public string Find(VocFile file, ProblemLog log)
    {
        // Some Windows tools write absolute paths.
        var name = file.FileName[(file.FileName.LastIndexOfAny(['/', '\\']) + 1)..];
        if (_byName.TryGetValue(name, out var path) && Path.GetFileNameWithoutExtension(name) == file.Stem)
            return path;
        if (_byStem.TryGetValue(file.Stem, out path))
        {
            if (name.Length > 0 && Path.GetFileNameWithoutExtension(name) != file.Stem && name != file.Stem)
                log.AddWarning(file.FullPath, "filename", $"\"{name}\" is another image: using {Path.GetFileName(path)}, which has the name of the annotation file");
            return path;
        }

        if (_byName.TryGetValue(name, out path) || _byStem.TryGetValue(name, out path))
        {
            log.AddWarning(file.FullPath, "filename", $"no image has the name of the annotation file: using {Path.GetFileName(path)} from the filename element");
            return path;
        }

        return Path.Combine(_folder, file.Stem + ".jpg");
    }
}
