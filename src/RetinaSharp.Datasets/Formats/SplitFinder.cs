using RetinaSharp.Datasets.Operations;

namespace RetinaSharp.Datasets.Formats;

/// <summary>Reads all splits of a dataset.</summary>
internal static class SplitFinder
{
    private const string Other = "other";

    public static IReadOnlyList<DatasetSplit> Open(string data, DatasetOptions options)
    {
        var (path, given) = DatasetReaders.Split(data);
        if (given is not null)
            return [new(given, DetectionDataset.Open(data, options))];

        var splits = DatasetReaders.FindSplits(data, options);
        var whole = splits.CanReadAll || splits.Names.Count == 0 ? DetectionDataset.Open(data, options) : null;
        if (splits.Names.Count == 0)
            return [new(null, whole!)];

        // The name of a file tells more than the names of its folders.
        var stem = Path.GetFileNameWithoutExtension(path);
        var found = new List<DatasetSplit>();
        foreach (var name in splits.Names.OrderByDescending(name => SplitNames.IsInStem(stem, name)))
        {
            var dataset = DetectionDataset.Open($"{path}#{name}", options);
            // A split with the images of another one is the same split with another name: some files say that they validate on what they train.
            if (!found.Exists(split => split.Dataset.Images.Select(image => image.Path).SequenceEqual(dataset.Images.Select(image => image.Path))))
                found.Add(new(name, dataset));
        }

        found.Sort((first, second) => Order(first).CompareTo(Order(second)));
        if (whole is not null && FindRest(whole, found.Select(split => split.Dataset)) is { } rest)
            found.Add(new(Other, rest));
        return CategoryUnion.Apply(found);

        static int Order(DatasetSplit split) => split.Name == SplitNames.TrainVal ? -1 : SplitNames.Usual.ToList().IndexOf(split.Name!);
    }

    /// <summary>Returns the images of a dataset that are in none of its splits; null if there are none.</summary>
    /// <param name="whole">The dataset, read without a split.</param>
    /// <param name="splits">Its splits.</param>
    public static DetectionDataset? FindRest(DetectionDataset whole, IEnumerable<DetectionDataset> splits)
    {
        var paths = splits.SelectMany(split => split.Images).Select(image => image.Path).ToHashSet();
        AnnotatedImage[] rest = [.. whole.Images.Where(image => !paths.Contains(image.Path))];
        return rest.Length == 0 ? null : whole with { Images = rest };
    }
}
