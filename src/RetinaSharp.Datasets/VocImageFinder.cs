namespace RetinaSharp.Datasets;

/// <summary>
/// Finds the image of a VOC file. The file's own name is trusted more than its <c>filename</c> element, which tools leave without
/// an extension or with the name of another image.
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
        foreach (var path in DataFiles.List(folder, deep: false, ImageFiles.IsImage))
        {
            _byStem.TryAdd(Path.GetFileNameWithoutExtension(path), path);
            _byName.Add(Path.GetFileName(path), path);
        }
    }

    /// <summary>Path of the image; where there is none, the path at which it was expected.</summary>
    public string Find(VocFile file, ProblemLog log)
    {
        // Windows tools write whole paths.
        var name = file.FileName[(file.FileName.LastIndexOfAny(['/', '\\']) + 1)..];
        if (_byName.TryGetValue(name, out var path) && Path.GetFileNameWithoutExtension(name) == file.Stem)
            return path;
        if (_byStem.TryGetValue(file.Stem, out path))
        {
            if (name.Length > 0 && Path.GetFileNameWithoutExtension(name) != file.Stem && name != file.Stem)
                log.Warn(file.FullPath, "filename", $"\"{name}\" is another image: {Path.GetFileName(path)} taken, by the name of the file");
            return path;
        }

        if (_byName.TryGetValue(name, out path) || _byStem.TryGetValue(name, out path))
        {
            log.Warn(file.FullPath, "filename", $"no image has the name of the file: {Path.GetFileName(path)} taken, by its filename element");
            return path;
        }

        return Path.Combine(_folder, file.Stem + ".jpg");
    }
}
