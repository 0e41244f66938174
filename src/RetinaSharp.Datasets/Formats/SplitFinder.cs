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
        var paths = found.SelectMany(split => split.Dataset.Images).Select(image => image.Path).ToHashSet();
        var rest = whole?.Images.Where(image => !paths.Contains(image.Path)).ToArray() ?? [];
        if (rest.Length > 0)
            found.Add(new(Other, whole! with { Images = rest }));
        return CategoryUnion.Apply(found);

        static int Order(DatasetSplit split) => split.Name == SplitNames.TrainVal ? -1 : SplitNames.Usual.ToList().IndexOf(split.Name!);
    }
}
