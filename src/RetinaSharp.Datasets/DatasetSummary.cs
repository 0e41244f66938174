namespace RetinaSharp.Datasets;

/// <summary>What is in a set, in numbers.</summary>
public sealed record DatasetSummary
{
    // COCO's borders between small, medium and large, in square pixels.
    private const double Small = 32 * 32, Medium = 96 * 96;

    /// <summary>How many images there are.</summary>
    public required int Images { get; init; }

    /// <summary>How many of them have no boxes.</summary>
    public required int ImagesWithoutBoxes { get; init; }

    /// <summary>How many boxes there are, crowds among them.</summary>
    public required int Boxes { get; init; }

    /// <summary>How many boxes are crowds. Only the others count in the sizes below.</summary>
    public required int Crowds { get; init; }

    /// <summary>The classes in the set's order.</summary>
    public required IReadOnlyList<ClassCount> Classes { get; init; }

    /// <summary>Widths of the boxes, in pixels.</summary>
    public required Quantiles BoxWidth { get; init; }

    /// <summary>Heights of the boxes, in pixels.</summary>
    public required Quantiles BoxHeight { get; init; }

    /// <summary>Areas of the boxes (<see cref="Annotation.Area"/>), in square pixels.</summary>
    public required Quantiles BoxArea { get; init; }

    /// <summary>Width divided by height, of boxes with an area.</summary>
    public required Quantiles BoxAspect { get; init; }

    /// <summary>Boxes with an area below 32².</summary>
    public required int SmallBoxes { get; init; }

    /// <summary>Boxes with an area from 32² to below 96².</summary>
    public required int MediumBoxes { get; init; }

    /// <summary>Boxes with an area from 96² up.</summary>
    public required int LargeBoxes { get; init; }

    /// <summary>The sizes of the images, the commonest first.</summary>
    public required IReadOnlyList<ImageSizeCount> ImageSizes { get; init; }

    /// <summary>Counts a set.</summary>
    /// <param name="set">The set.</param>
    public static DatasetSummary Create(DetectionDataset set)
    {
        ArgumentNullException.ThrowIfNull(set);
        var boxes = set.Images.SelectMany(image => image.Annotations).ToArray();
        var objects = boxes.Where(box => !box.IsCrowd).ToArray();
        return new()
        {
            Images = set.Images.Count,
            ImagesWithoutBoxes = set.Images.Count(image => image.Annotations.Count == 0),
            Boxes = boxes.Length,
            Crowds = boxes.Length - objects.Length,
            Classes = CountClasses(set),
            BoxWidth = Quantiles.Compute(objects.Select(box => box.Box.Width)),
            BoxHeight = Quantiles.Compute(objects.Select(box => box.Box.Height)),
            BoxArea = Quantiles.Compute(objects.Select(box => box.Area)),
            BoxAspect = Quantiles.Compute(objects.Where(box => box.Box is { Width: > 0, Height: > 0 }).Select(box => box.Box.Width / box.Box.Height)),
            SmallBoxes = objects.Count(box => box.Area < Small),
            MediumBoxes = objects.Count(box => box.Area is >= Small and < Medium),
            LargeBoxes = objects.Count(box => box.Area >= Medium),
            ImageSizes = [.. set.Images.GroupBy(image => (image.Width, image.Height))
                .Select(group => new ImageSizeCount(group.Key.Width, group.Key.Height, group.Count()))
                .OrderByDescending(size => size.Images).ThenBy(size => size.Width).ThenBy(size => size.Height)],
        };
    }

    private static ClassCount[] CountClasses(DetectionDataset set)
    {
        var boxes = new int[set.Categories.Count];
        var images = new int[set.Categories.Count];
        var lastImage = new int[set.Categories.Count];
        for (var i = 0; i < set.Images.Count; i++)
        {
            foreach (var annotation in set.Images[i].Annotations)
            {
                boxes[annotation.Category]++;
                if (lastImage[annotation.Category] != i + 1)
                    images[annotation.Category]++;
                lastImage[annotation.Category] = i + 1;
            }
        }

        return [.. set.Categories.Select((category, i) => new ClassCount(category, boxes[i], images[i]))];
    }
}
