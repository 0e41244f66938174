using RetinaSharp.Datasets.Operations;

namespace RetinaSharp.Datasets.Formats;

/// <summary>Reads all splits of a dataset.</summary>
internal static class SplitFinder
{
    private const string Other = "other", TrainVal = "trainval";

    public static IReadOnlyList<DatasetSplit> Open(string data, DatasetOptions options)
    {
        var (path, given) = DatasetReaders.Split(data);
        if (given is not null)
            return [new(given, DetectionDataset.Open(data, options))];

        // The name of a file tells more than the names of its folders.
        var stem = Path.GetFileNameWithoutExtension(path);
        var found = new List<DatasetSplit>();
        foreach (var name in SplitNames.Usual.OrderByDescending(name => SplitNames.IsInStem(stem, name)))
            Add(name);
        if (!found.Exists(split => split.Name is "train" or "val"))
            Add(TrainVal);
        var whole = TryOpen(data, options);
        if (found.Count == 0)
            return [new(null, whole ?? DetectionDataset.Open(data, options))];

        found.Sort((first, second) => Order(first).CompareTo(Order(second)));
        var paths = found.SelectMany(split => split.Dataset.Images).Select(image => image.Path).ToHashSet();
        var rest = whole?.Images.Where(image => !paths.Contains(image.Path)).ToArray() ?? [];
        if (rest.Length > 0)
            found.Add(new(Other, whole! with { Images = rest }));
        return CategoryUnion.Apply(found);

        void Add(string name)
        {
            // A split with the images of another one is the same split with another name: some files say that they validate on what they train.
            if (TryOpen($"{path}#{name}", options) is { } dataset && !found.Exists(split => split.Dataset.Images.Select(image => image.Path).SequenceEqual(dataset.Images.Select(image => image.Path))))
                found.Add(new(name, dataset));
        }

        static int Order(DatasetSplit split) => split.Name == TrainVal ? -1 : SplitNames.Usual.ToList().IndexOf(split.Name!);
    }

    /// <summary>Opens a dataset; returns null if it has no such split, or if several splits have no common annotation file.</summary>
    private static DetectionDataset? TryOpen(string data, DatasetOptions options)
    {
        try
        {
            return DetectionDataset.Open(data, options);
        }
        catch (DatasetException exception) when (exception.IsMissingSplit)
        {
            return null;
        }
    }
}
