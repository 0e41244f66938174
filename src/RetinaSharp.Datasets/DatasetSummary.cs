namespace RetinaSharp.Datasets;

/// <summary>Statistics of a dataset.</summary>
public sealed record DatasetSummary
{
    // COCO's limits between small, medium and large objects, in square pixels.
    private const double Small = 32 * 32, Medium = 96 * 96;

    /// <summary>Number of images.</summary>
    public required int Images { get; init; }

    /// <summary>Number of images without boxes.</summary>
    public required int ImagesWithoutBoxes { get; init; }

    /// <summary>Number of boxes, including crowds.</summary>
    public required int Boxes { get; init; }

    /// <summary>Number of crowd boxes. The quantiles and the numbers of small, medium and large boxes exclude crowds.</summary>
    public required int Crowds { get; init; }

    /// <summary>Number of boxes and images of each class, in the order of <see cref="DetectionDataset.Categories"/>.</summary>
    public required IReadOnlyList<ClassCount> Classes { get; init; }

    /// <summary>Quantiles of the box widths, in pixels.</summary>
    public required Quantiles BoxWidth { get; init; }

    /// <summary>Quantiles of the box heights, in pixels.</summary>
    public required Quantiles BoxHeight { get; init; }

    /// <summary>Quantiles of the areas of the objects (<see cref="Annotation.Area"/>), in square pixels.</summary>
    public required Quantiles BoxArea { get; init; }

    /// <summary>Quantiles of the aspect ratios (width / height) of the boxes that have an area.</summary>
    public required Quantiles BoxAspect { get; init; }

    /// <summary>Number of boxes with an area of less than 32² square pixels.</summary>
    public required int SmallBoxes { get; init; }

    /// <summary>Number of boxes with an area of at least 32² and less than 96² square pixels.</summary>
    public required int MediumBoxes { get; init; }

    /// <summary>Number of boxes with an area of at least 96² square pixels.</summary>
    public required int LargeBoxes { get; init; }

    /// <summary>The different image sizes and the number of images of each, most frequent first.</summary>
    public required IReadOnlyList<ImageSizeCount> ImageSizes { get; init; }

    /// <summary>Computes the statistics of a dataset.</summary>
    /// <param name="dataset">The dataset.</param>
    public static DatasetSummary Create(DetectionDataset dataset)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        var boxes = dataset.Images.SelectMany(image => image.Annotations).ToArray();
        var objects = boxes.Where(box => !box.IsCrowd).ToArray();
        return new()
        {
            Images = dataset.Images.Count,
            ImagesWithoutBoxes = dataset.Images.Count(image => image.Annotations.Count == 0),
            Boxes = boxes.Length,
            Crowds = boxes.Length - objects.Length,
            Classes = CountClasses(dataset),
            BoxWidth = Quantiles.Compute(objects.Select(box => box.Box.Width)),
            BoxHeight = Quantiles.Compute(objects.Select(box => box.Box.Height)),
            BoxArea = Quantiles.Compute(objects.Select(box => box.Area)),
            BoxAspect = Quantiles.Compute(objects.Where(box => box.Box is { Width: > 0, Height: > 0 }).Select(box => box.Box.Width / box.Box.Height)),
            SmallBoxes = objects.Count(box => box.Area < Small),
            MediumBoxes = objects.Count(box => box.Area is >= Small and < Medium),
            LargeBoxes = objects.Count(box => box.Area >= Medium),
            ImageSizes = [.. dataset.Images.GroupBy(image => (image.Width, image.Height))
                .Select(group => new ImageSizeCount(group.Key.Width, group.Key.Height, group.Count()))
                .OrderByDescending(size => size.Images).ThenBy(size => size.Width).ThenBy(size => size.Height)],
        };
    }

    private static ClassCount[] CountClasses(DetectionDataset dataset)
    {
        var boxes = new int[dataset.Categories.Count];
        var images = new int[dataset.Categories.Count];
        var lastImage = new int[dataset.Categories.Count];
        for (var i = 0; i < dataset.Images.Count; i++)
        {
            foreach (var annotation in dataset.Images[i].Annotations)
            {
                boxes[annotation.Category]++;
                if (lastImage[annotation.Category] != i + 1)
                    images[annotation.Category]++;
                lastImage[annotation.Category] = i + 1;
            }
        }

        return [.. dataset.Categories.Select((category, i) => new ClassCount(category, boxes[i], images[i]))];
    }
}
