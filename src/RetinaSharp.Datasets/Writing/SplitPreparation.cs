using RetinaSharp.Datasets.Operations;

namespace RetinaSharp.Datasets.Writing;

/// <summary>Checks the splits that are to be written, and completes what they lack.</summary>
internal static class SplitPreparation
{
    /// <summary>Checks the names of the splits.</summary>
    /// <exception cref="ArgumentException">There are no splits, or a name is invalid or used twice.</exception>
    public static void CheckNames(IReadOnlyList<DatasetSplit> splits)
    {
        if (splits.Count == 0)
            throw new ArgumentException("there are no splits", nameof(splits));
        foreach (var name in splits.Select(split => split.Name))
        {
            if (name is null ? splits.Count > 1 : name.Length == 0 || name is "." or ".." || name.AsSpan().IndexOfAny("/\\#:\0\n") >= 0)
                throw new ArgumentException($"\"{name}\" is not a valid name of a split", nameof(splits));
        }

        if (splits.GroupBy(split => split.Name, StringComparer.OrdinalIgnoreCase).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw new ArgumentException($"two splits have the name \"{twice.Key}\"", nameof(splits));
    }

    /// <summary>Joins the classes of the splits, completes the sizes of images, and removes boxes that are not finite.</summary>
    public static List<DatasetSplit> Prepare(IReadOnlyList<DatasetSplit> splits, string path, List<DatasetProblem> problems)
    {
        var dropped = 0;
        var prepared = CategoryUnion.Apply(splits).Select(split => split with { Dataset = split.Dataset with { Images = [.. split.Dataset.Images.Select(Complete)] } }).ToList();
        if (dropped > 0)
            problems.Add(new(path, "", $"{dropped} {(dropped == 1 ? "box has" : "boxes have")} numbers that are not finite: left out"));
        return prepared;

        AnnotatedImage Complete(AnnotatedImage image)
        {
            var finite = image.Annotations.Where(annotation => double.IsFinite(annotation.Box.X + annotation.Box.Width) && double.IsFinite(annotation.Box.Y + annotation.Box.Height)).ToArray();
            dropped += image.Annotations.Count - finite.Length;
            image = image with { Annotations = [.. finite.Select(annotation => annotation with { Area = double.IsFinite(annotation.Area) ? annotation.Area : annotation.Box.Area })] };
            if ((image.Width > 0 && image.Height > 0) || !image.File.Exists)
                return image;
            var header = ImageHeader.Read(image.File);
            return image with { Width = header.OrientedWidth, Height = header.OrientedHeight };
        }
    }
}
