using RetinaSharp.Datasets.Files;

namespace RetinaSharp.Datasets.Formats;

/// <summary>
/// Base of the readers of formats whose annotation files describe many images. A folder may have several files, usually one per split: the
/// split is in the name of the file or of its folder. All files are read, so that all splits have the same classes.
/// </summary>
/// <param name="name">Name of the format for messages.</param>
internal abstract class AnnotationFileReader(string name) : IDatasetReader
{
    private static readonly char[] Separators = ['_', '-', '.', ' '];

    public string Name => name;

    public abstract bool Reads(string file);

    public bool Reads(DataFolder folder, DatasetOptions options) => Find(folder).Any();

    public SplitList FindSplits(string file, DatasetOptions options) => FindSplits(Path.GetDirectoryName(Path.GetFullPath(file))!, [file], options);

    public SplitList FindSplits(DataFolder folder, DatasetOptions options) => FindSplits(folder.Path, [.. Find(folder)], options);

    public DetectionDataset ReadFile(string source, string file, string? split, DatasetOptions options, ProblemLog log) =>
        Build(source, Path.GetDirectoryName(Path.GetFullPath(file))!, [file], split, options, log);

    public DetectionDataset ReadFolder(string source, DataFolder folder, string? split, DatasetOptions options, ProblemLog log) =>
        Build(source, folder.Path, [.. Find(folder)], split, options, log);

    /// <summary>Returns the annotation files of this format in a folder.</summary>
    protected abstract IEnumerable<string> Find(DataFolder folder);

    /// <summary>Parses one annotation file.</summary>
    protected abstract ParsedDataset Parse(string file, DatasetOptions options, ProblemLog log);

    private SplitList FindSplits(string root, string[] files, DatasetOptions options)
    {
        var parsed = Array.ConvertAll(files, file => Parse(file, options, new ProblemLog(collectsErrors: true)));
        return SplitList.Find(
            name => Array.Exists(Locate(parsed, root, files, name, options), file => DatasetBuilder.OfSplit(name, file).Length > 0),
            canReadAll: files.Length == 1 || !ShareImages(Locate(parsed, root, files, split: null, options), out _, out var complete) || complete >= 0);
    }

    private DetectionDataset Build(string source, string root, string[] files, string? split, DatasetOptions options, ProblemLog log)
    {
        var parsed = files.Select(file => Parse(file, options, log)).ToArray();
        parsed = Locate(parsed, root, files, split, options);
        if (parsed is [var only])
            return DatasetBuilder.Build(source, split, only, options, log);
        if (split is null && FindComplete(root, files, parsed, log) is { } complete)
            parsed = [complete];
        return DatasetBuilder.Build(source, split, new()
        {
            Format = Name,
            Path = root,
            Classes = Array.TrueForAll(parsed, file => file.Classes is null) ? null
                : [.. parsed.SelectMany(file => file.Classes ?? [.. file.Images.SelectMany(image => image.Objects).Select(item => item.Class).Distinct().Order(StringComparer.Ordinal)]).Distinct()],
            ImageFolders = ImageFolders.Near(root),
            Images = [.. parsed.SelectMany(file => file.Images)],
        }, options, log);
    }

    private static bool IsOfSplit(string root, string file, string split) =>
        SplitNames.IsInStem(Path.GetFileNameWithoutExtension(file), split)
        || Path.GetFileNameWithoutExtension(file).Split(Separators).Any(word => SplitNames.AreEqual(word, split))
        || SplitNames.IsInFolders(Path.GetRelativePath(Path.GetFullPath(root), Path.GetFullPath(file)), split);

    private static ParsedDataset[] Locate(ParsedDataset[] parsed, string root, string[] files, string? split, DatasetOptions options)
    {
        var ofSplit = split is null ? [] : Array.FindAll(files, file => IsOfSplit(root, file, split));
        return [.. parsed.Select((dataset, i) => dataset with { Images = [.. dataset.Images.Select(image => Locate(image, root, files, i, ofSplit, split, options))] })];
    }

    /// <summary>
    /// Completes an image of one of several files: its split, a path if the image is beside its annotation file, because other folders may have
    /// images with the same name, and locations with the name of the file.
    /// </summary>
    private static ParsedImage Locate(ParsedImage image, string root, string[] files, int index, string[] ofSplit, string? split, DatasetOptions options)
    {
        if (ofSplit.Length > 0)
            image = image with { Split = Array.IndexOf(ofSplit, files[index]) >= 0 ? image.Split ?? split : image.Split ?? "" };
        if (files.Length == 1)
            return image;
        if (options.ImagesDirectory is null && image.FileName.Length > 0
            && DataFiles.Resolve(Path.GetDirectoryName(files[index])!, image.FileName, files[index], image.Location) is var beside && File.Exists(beside))
            image = image with { ImagePath = beside };
        var name = Path.GetRelativePath(Path.GetFullPath(root), Path.GetFullPath(files[index])).Replace('\\', '/');
        return image with
        {
            Location = $"{name}, {image.Location}",
            Objects = [.. image.Objects.Select(item => item with { Location = $"{name}, {item.Location}" })],
        };
    }

    /// <summary>
    /// Returns the file that has all images of the others, if files share images: a dataset without split has each image once. Throws if files
    /// share images and none has all. Returns null if they share none.
    /// </summary>
    private static ParsedDataset? FindComplete(string root, string[] files, ParsedDataset[] parsed, ProblemLog log)
    {
        if (!ShareImages(parsed, out var shared, out var complete))
            return null;
        var listed = files.Select(file => Path.GetRelativePath(Path.GetFullPath(root), Path.GetFullPath(file)).Replace('\\', '/')).ToArray();
        if (complete >= 0)
        {
            log.AddWarning(root, "", $"has several annotation files: using {listed[complete]}, which has all images of the others; append #SPLIT to the path to select another one");
            return parsed[complete];
        }

        throw new DatasetException(root, "", $"has several annotation files with the same images, such as \"{shared}\": append #SPLIT to the path, or give the path of one of {string.Join(", ", listed.Take(8))}");
    }

    /// <summary>Returns whether some of several files have the same images.</summary>
    /// <param name="parsed">The files.</param>
    /// <param name="shared">Receives the name of an image that several files have; "" if there is none.</param>
    /// <param name="complete">Receives the index of a file that has all images; -1 if there is none.</param>
    private static bool ShareImages(ParsedDataset[] parsed, out string shared, out int complete)
    {
        var names = Array.ConvertAll(parsed, file => file.Images.Select(image => image.ImagePath ?? image.FileName).ToHashSet());
        var all = names.SelectMany(name => name).ToHashSet();
        complete = Array.FindIndex(names, name => name.Count == all.Count);
        shared = all.FirstOrDefault(name => names.Count(own => own.Contains(name)) > 1, "");
        return shared.Length > 0 || all.Count < names.Sum(name => name.Count);
    }
}
