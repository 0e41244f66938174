namespace RetinaSharp.Datasets.Operations;

/// <summary>
/// Splits datasets so that each class has about the same proportion of its images in each split (iterative stratification, see
/// <see href="https://doi.org/10.1007/978-3-642-23808-6_10">Sechidis et al. 2011</see>). The images of a group stay together. The same seed
/// gives the same splits. Images keep their order, ids and annotations.
/// </summary>
public static class DatasetSplitter
{
    /// <summary>Splits a dataset into <c>train</c>, <c>val</c> and <c>test</c>.</summary>
    /// <param name="dataset">The dataset.</param>
    /// <param name="options">Fractions, seed and groups; the defaults if null.</param>
    /// <returns>The splits whose fraction is above 0. All have all classes of the dataset.</returns>
    /// <exception cref="ArgumentException">A fraction is out of its range, a split would be empty, or the group key matches no image.</exception>
    public static IReadOnlyList<DatasetSplit> Split(DetectionDataset dataset, DatasetSplitOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        options ??= new();
        options.Validate();
        double[] fractions = [1 - options.Val - options.Test, options.Val, options.Test];
        string[] names = ["train", "val", "test"];
        var subsets = Assign(dataset, fractions, options);
        return
        [
            .. from subset in Enumerable.Range(0, fractions.Length)
               where fractions[subset] > 0
               select new DatasetSplit(names[subset], Take(dataset, subsets, own => own == subset, names[subset])),
        ];
    }

    /// <summary>Splits a dataset into folds for cross-validation.</summary>
    /// <param name="dataset">The dataset.</param>
    /// <param name="count">Number of folds, at least 2.</param>
    /// <param name="options">Seed and groups; the defaults if null.</param>
    /// <returns>For each fold its images, and the images of all other folds. Every image is in the validation split of exactly one fold.</returns>
    /// <exception cref="ArgumentException">There are too few images or groups for the folds, or the group key matches no image.</exception>
    public static IReadOnlyList<DatasetFold> Folds(DetectionDataset dataset, int count, DatasetSplitOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 2);
        var subsets = Assign(dataset, [.. Enumerable.Repeat(1.0 / count, count)], options ?? new());
        return
        [
            .. from fold in Enumerable.Range(0, count)
               let name = $"fold {fold + 1} of {count}"
               select new DatasetFold(Take(dataset, subsets, own => own != fold, $"train of {name}"), Take(dataset, subsets, own => own == fold, name)),
        ];
    }

    /// <summary>Returns the index of the subset of each image.</summary>
    private static int[] Assign(DetectionDataset dataset, double[] fractions, DatasetSplitOptions options)
    {
        var groups = Groups(dataset, options.Group);
        var wanted = fractions.Count(fraction => fraction > 0);
        if (groups.Count < wanted)
            throw new ArgumentException($"{groups.Count} {(options.Group is null ? "images" : "groups of images")} are too few for {wanted} splits");
        var labels = groups.ConvertAll(group =>
        {
            var counts = new Dictionary<int, int>();
            foreach (var category in group.SelectMany(image => dataset.Images[image].Annotations.Select(annotation => annotation.Category).Distinct()))
                counts[category] = counts.GetValueOrDefault(category) + 1;
            return (IReadOnlyDictionary<int, int>)counts;
        });
        var assigned = IterativeStratification.Assign([.. groups.Select(group => group.Count)], [.. labels], dataset.Categories.Count, fractions, new(options.Seed));

        var subsets = new int[dataset.Images.Count];
        foreach (var (index, group) in groups.Index())
            foreach (var image in group)
                subsets[image] = assigned[index];
        return subsets;
    }

    /// <summary>Returns the indices of the images of each group, in the order of the images.</summary>
    private static List<List<int>> Groups(DetectionDataset dataset, ImageGroupKey? key)
    {
        var groups = new List<List<int>>();
        var named = new Dictionary<string, List<int>>();
        for (var i = 0; i < dataset.Images.Count; i++)
        {
            if (key?.GetGroup(dataset.Images[i]) is not { } name)
            {
                groups.Add([i]);
            }
            else if (named.TryGetValue(name, out var group))
            {
                group.Add(i);
            }
            else
            {
                named.Add(name, group = [i]);
                groups.Add(group);
            }
        }

        if (key is not null && named.Count == 0 && groups.Count > 0)
            throw new ArgumentException($"the group key {key} matches no file name, for example not {dataset.Images[0].FileName}");
        return groups;
    }

    private static DetectionDataset Take(DetectionDataset dataset, int[] subsets, Func<int, bool> contains, string name)
    {
        var images = dataset.Images.Where((_, i) => contains(subsets[i])).ToArray();
        return images.Length > 0
            ? dataset with { Images = images, Problems = [] }
            : throw new ArgumentException($"the split {name} would have no images: give it a larger fraction, or use smaller groups");
    }
}
