namespace RetinaSharp.Datasets;

/// <summary>Detects the format of a dataset and reads it.</summary>
internal static class DatasetReader
{
    public static DetectionDataset Open(string data, DatasetOptions options, ProblemLog log)
    {
        var set = Read(data, options, log);
        log.SummarizeDegenerate();
        return set;
    }

    private static DetectionDataset Read(string data, DatasetOptions options, ProblemLog log)
    {
        var (path, split) = Split(data);
        if (File.Exists(path))
        {
            if (IsYaml(path))
                return YoloReader.ReadYaml(data, path, split, options, log);
            return CocoReader.Read(data, path, split, options, log);
        }

        if (!Directory.Exists(path))
            throw new DatasetException(path, "", "the file or folder does not exist");
        if (VocReader.Recognizes(path))
            return VocReader.Read(data, path, split, options, log);
        if (CocoReader.Recognizes(path))
            return CocoReader.Read(data, CocoReader.FindFile(path, split), split, options, log);
        if (YoloReader.FindYaml(path) is { } yaml)
            return YoloReader.ReadYaml(data, yaml, split, options, log);
        if (YoloReader.Recognizes(path))
            return YoloReader.ReadFolder(data, path, split, options, log);
        throw new DatasetException(path, "",
            "is not a dataset in a known format: expected a COCO JSON file, annotations/instances_SPLIT.json, Annotations/*.xml (VOC), data.yaml, or images/ with labels/ (YOLO)");
    }

    /// <summary>
    /// Splits <c>DATA#SPLIT</c> into the path and the name of the split, null if there is none. A '#' in the name of an existing file or
    /// folder belongs to the path.
    /// </summary>
    internal static (string Path, string? Split) Split(string data)
    {
        var at = data.LastIndexOf('#');
        if (at <= 0 || Path.Exists(data))
            return (data, null);
        var split = data[(at + 1)..];
        if (split.Length == 0)
            throw new DatasetException(data, "", "has no split name after '#'");
        if (split is "." or ".." || split.AsSpan().IndexOfAny('/', '\\', '\0') >= 0)
            throw new DatasetException(data, "", $"\"{split}\" is not a valid split name");
        return (data[..at], split);
    }

    private static bool IsYaml(string path) => DataFiles.HasExtension(path, ".yaml") || DataFiles.HasExtension(path, ".yml");
}
