using RetinaSharp.Datasets.Files;

namespace RetinaSharp.Datasets.Formats;

/// <summary>Recognizes the format of a dataset and reads it.</summary>
internal static class DatasetReaders
{
    // In the order in which they are asked. A folder may have annotations in several formats, such as exports beside the originals: the formats
    // with more information come first.
    private static readonly IDatasetReader[] Readers =
    [
        new PackedReader(),
        new VocReader(anyFolder: false),
        new CocoReader(),
        new YoloReader(),
        new VocReader(anyFolder: true),
        new CvatReader(),
        new LabelMeReader(),
        new LabelStudioReader(),
        new ViaReader(),
        new CreateMlReader(),
        new OpenImagesReader(),
        new CsvBoxReader(),
        new KittiReader(),
        // Last: archives that were unpacked often stay beside their files.
        new WebDatasetReader(),
    ];

    private static string Formats => string.Join(", ", Readers.Select(reader => reader.Name).Distinct());

    public static DetectionDataset Open(string data, DatasetOptions options, ProblemLog log)
    {
        var dataset = Read(data, options, log);
        log.SummarizeRepeated();
        return ClassRules.Apply(dataset, options, log);
    }

    /// <summary>
    /// Returns the splits of a dataset, without <see cref="SplitNames.TrainVal"/> if there is one of its parts. There are none if the path names one, or if
    /// it is no dataset.
    /// </summary>
    public static SplitList FindSplits(string data, DatasetOptions options)
    {
        var (path, split) = Split(data);
        SplitList? found = null;
        if (split is null && File.Exists(path))
            found = Array.Find(Readers, reader => reader.Reads(path))?.FindSplits(path, options);
        else if (split is null && Directory.Exists(path) && new DataFolder(path) is var folder)
            found = Array.Find(Readers, reader => reader.Reads(folder, options))?.FindSplits(folder, options);
        if (found is null)
            return new([]);
        return found.Names.Any(name => name is not (SplitNames.TrainVal or "test")) ? found with { Names = [.. found.Names.Where(name => name != SplitNames.TrainVal)] } : found;
    }

    /// <summary>
    /// Splits <c>DATA#SPLIT</c> into the path and the name of the split, null if there is none. A '#' in the name of an existing file or
    /// folder belongs to the path.
    /// </summary>
    public static (string Path, string? Split) Split(string data)
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

    private static DetectionDataset Read(string data, DatasetOptions options, ProblemLog log)
    {
        var (path, split) = Split(data);
        if (File.Exists(path))
        {
            var reader = Array.Find(Readers, reader => reader.Reads(path)) ?? throw Unknown(path);
            return reader.ReadFile(data, path, split, options, log);
        }

        if (!Directory.Exists(path))
            throw new DatasetException(path, "", "the file or folder does not exist" + Nearest(path));
        var folder = new DataFolder(path);
        return Array.Find(Readers, reader => reader.Reads(folder, options))?.ReadFolder(data, folder, split, options, log)
            ?? throw NoDataset(folder);
    }

    /// <summary>Returns the error for a file in no known format. An invalid JSON file is an error of COCO, the most frequent JSON format.</summary>
    private static DatasetException Unknown(string file)
    {
        if (DataFiles.HasExtension(file, ".json"))
        {
            return JsonSniffer.GetKind(file) == JsonKind.Results
                ? new(file, "", "is a list, like a results file; an annotation file is an object with \"images\", \"annotations\" and \"categories\"")
                : new(file, "", $"is not an annotation file in a known format: {Formats} can be read");
        }

        return ImageFiles.IsImage(file)
            ? new(file, "", "is an image; give the annotation file or the folder of the dataset")
            : new(file, "", $"is not an annotation file in a known format: {Formats} can be read");
    }

    private static DatasetException NoDataset(DataFolder folder)
    {
        var images = folder.Images.Count();
        return images == 0
            ? new(folder.Path, "", $"is not a dataset in a known format: {Formats} can be read; it has no images either")
            : new(folder.Path, "", $"has {images} images, but no labels in a known format: {Formats} can be read. Put the label files beside the images, or name their folder");
    }

    private static string Nearest(string path)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path));
        if (folder is null || !Directory.Exists(folder))
            return "";
        var name = Path.GetFileName(path);
        var nearest = Directory.EnumerateFileSystemEntries(folder).Take(1000).Select(Path.GetFileName)
            .FirstOrDefault(entry => entry!.Equals(name, StringComparison.OrdinalIgnoreCase) || Path.GetFileNameWithoutExtension(entry).Equals(Path.GetFileNameWithoutExtension(name), StringComparison.OrdinalIgnoreCase));
        return nearest is null ? "" : $"; {nearest} does";
    }
}
