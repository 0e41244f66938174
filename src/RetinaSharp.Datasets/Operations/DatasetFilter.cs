using System.IO.Enumeration;

namespace RetinaSharp.Datasets.Operations;

/// <summary>Selects classes, boxes and images of datasets.</summary>
public static class DatasetFilter
{
    /// <summary>Returns a dataset with the classes, boxes and images that the options keep, in their order and with their ids.</summary>
    /// <param name="dataset">The dataset.</param>
    /// <param name="options">What to keep.</param>
    /// <exception cref="ArgumentException">The dataset has no class of a name in the options, or an option is out of its range.</exception>
    public static DetectionDataset Filter(DetectionDataset dataset, DatasetFilterOptions options)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        ArgumentNullException.ThrowIfNull(options);
        if (!(options.MinBoxSize <= options.MaxBoxSize))
            throw new ArgumentException($"the minimum size of a box, {options.MinBoxSize}, is greater than the maximum, {options.MaxBoxSize}");
        if (options.MaxImages < 1)
            throw new ArgumentException($"the maximum number of images is {options.MaxImages}; it must be 1 or more");
        foreach (var name in (options.KeepClasses ?? []).Concat(options.DropClasses))
            if (dataset.Categories.All(category => category.Name != name))
                throw new ArgumentException($"the dataset has no class \"{name}\"; it has {string.Join(", ", dataset.Categories.Select(category => category.Name))}");

        // The new index of each class; -1 removes it.
        var categories = new List<Category>();
        var map = dataset.Categories.Select(category =>
        {
            if (options.DropClasses.Contains(category.Name) || options.KeepClasses?.Contains(category.Name) == false)
                return -1;
            categories.Add(category);
            return categories.Count - 1;
        }).ToArray();
        if (categories.Count == 0 && dataset.Categories.Count > 0)
            throw new ArgumentException("no class is kept");
        var images = dataset.Images.Where(image => IsNamed(image, options.ImageName))
            .Select(image => image with { Annotations = [.. image.Annotations.Where(annotation => Keeps(annotation, map, options)).Select(annotation => annotation with { Category = map[annotation.Category] })] })
            .Where(image => !options.OnlyWithBoxes || image.Annotations.Count > 0)
            .ToArray();
        return dataset with { Categories = categories, Images = Sample(images, options), Problems = [] };
    }

    private static bool IsNamed(AnnotatedImage image, string? pattern)
    {
        if (pattern is null)
            return true;
        var name = image.FileName.Replace('\\', '/');
        return FileSystemName.MatchesSimpleExpression(pattern, pattern.Contains('/') ? name : name[(name.LastIndexOf('/') + 1)..], ignoreCase: false);
    }

    private static bool Keeps(Annotation annotation, int[] map, DatasetFilterOptions options) =>
        map[annotation.Category] >= 0
        && !(options.DropCrowds && annotation.IsCrowd)
        && (options.MinBoxSize <= 0 || Math.Min(annotation.Box.Width, annotation.Box.Height) >= options.MinBoxSize)
        && (double.IsPositiveInfinity(options.MaxBoxSize) || Math.Max(annotation.Box.Width, annotation.Box.Height) <= options.MaxBoxSize);

    private static AnnotatedImage[] Sample(AnnotatedImage[] images, DatasetFilterOptions options)
    {
        if (options.MaxImages is not { } count || count >= images.Length)
            return images;
        var order = Enumerable.Range(0, images.Length).ToArray();
        new SeededRandom(options.Seed).Shuffle<int>(order);
        return [.. order.Take(count).Order().Select(i => images[i])];
    }
}
