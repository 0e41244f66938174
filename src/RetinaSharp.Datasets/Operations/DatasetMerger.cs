using System.Security.Cryptography;

namespace RetinaSharp.Datasets.Operations;

/// <summary>Joins datasets.</summary>
public static class DatasetMerger
{
    private const int MaxReported = 8;

    /// <summary>
    /// Joins datasets into one: the images in the order of the datasets, numbered from 1 like the annotations; classes with the same name are
    /// one class. Images with the same content and classes with similar names are kept, and reported as <see cref="DetectionDataset.Problems"/>.
    /// </summary>
    /// <param name="datasets">The datasets, at least one.</param>
    /// <exception cref="DatasetException">An image file cannot be read.</exception>
    public static DetectionDataset Merge(IReadOnlyList<DetectionDataset> datasets)
    {
        ArgumentNullException.ThrowIfNull(datasets);
        if (datasets.Count == 0)
            throw new ArgumentException("there are no datasets", nameof(datasets));
        var (categories, maps) = CategoryUnion.Join([.. datasets.Select(dataset => dataset.Categories)]);
        var images = new List<AnnotatedImage>();
        long annotationId = 0;
        foreach (var (index, dataset) in datasets.Index())
        {
            foreach (var image in dataset.Images)
            {
                images.Add(image with
                {
                    Id = images.Count + 1,
                    Annotations = [.. image.Annotations.Select(annotation => annotation with { Id = ++annotationId, Category = maps[index][annotation.Category] })],
                });
            }
        }

        var source = string.Join(" + ", datasets.Select(dataset => dataset.Source));
        return new()
        {
            Source = source,
            Categories = categories,
            Images = images,
            Problems = [.. SimilarClasses(source, categories), .. SameContent(source, images)],
        };
    }

    private static IEnumerable<DatasetProblem> SimilarClasses(string source, IEnumerable<Category> categories) =>
        from category in categories
        group category.Name by ClassNameKey.Create(category.Name) into names
        where names.Distinct().Count() > 1
        select new DatasetProblem(source, "categories", $"the classes {string.Join(", ", names.Select(name => $"\"{name}\""))} differ only in case or spaces: they stay different classes");

    /// <summary>Returns a warning for each set of image files with the same bytes, up to a maximum, and one with the number of the others.</summary>
    private static IEnumerable<DatasetProblem> SameContent(string source, IEnumerable<AnnotatedImage> images)
    {
        // Only files of the same length can have the same content.
        var same = images.Where(image => image.File.Exists).GroupBy(image => image.File.Length).Where(group => group.Skip(1).Any())
            .SelectMany(group => group.GroupBy(image => Hash(image.File)).Where(equal => equal.Skip(1).Any()))
            .Select(group => group.OrderBy(image => image.Id).ToArray()).OrderBy(group => group[0].Id).ToArray();
        foreach (var group in same.Take(MaxReported))
        {
            var more = group.Length > 2 ? $" and {group.Length - 2} more" : "";
            yield return new(group[1].Path, "", (group[1].Path == group[0].Path ? $"is in the datasets {group.Length} times" : $"has the same content as {group[0].Path}{more}")
                + ": metrics are too good if an image is used for both training and evaluation");
        }


        if (same.Length > MaxReported)
            yield return new(source, "images", $"{same.Length - MaxReported} more images occur several times with the same content");
    }

    private static string Hash(ImageFile file)
    {
        try
        {
            using var stream = file.OpenRead();
            return Convert.ToHexString(SHA256.HashData(stream));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new DatasetException(file.Path, "", $"cannot be read: {exception.Message}", exception);
        }
    }
}
