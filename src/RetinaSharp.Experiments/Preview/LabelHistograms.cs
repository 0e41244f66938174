using System.Globalization;
using RetinaSharp.Datasets;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Experiments.Reports;

namespace RetinaSharp.Experiments.Preview;

/// <summary>Counts the boxes of a dataset by class, and by size at the input size.</summary>
internal static class LabelHistograms
{
    // Classes with fewer boxes are summed up.
    private const int MaxClasses = 40;

    // Limits of the square root of a box's area, in pixels at the input size.
    private static readonly double[] Limits = [4, 8, 16, 32, 64, 128, 256, 512];

    /// <summary>Creates the chart of boxes by class, most frequent first.</summary>
    public static BarChart ByClass(DetectionDataset dataset)
    {
        var classes = DatasetSummary.Create(dataset).Classes.OrderByDescending(one => one.Boxes).ToArray();
        var shown = classes.Take(MaxClasses).Select(one => (one.Category.Name, one.Boxes)).ToList();
        if (classes.Length > MaxClasses)
            shown.Add(($"{classes.Length - MaxClasses} other classes", classes.Skip(MaxClasses).Sum(one => one.Boxes)));
        return new("Boxes by class", [.. shown.Select(one => one.Name)], [new("boxes", [.. shown.Select(one => (double)one.Boxes)])], "0");
    }

    /// <summary>Creates the chart of boxes by the square root of their area at the input size.</summary>
    public static BarChart BySize(DetectionDataset dataset, RunSettings settings)
    {
        var counts = new double[Limits.Length + 1];
        foreach (var image in dataset.Images.Where(image => image is { Width: > 0, Height: > 0 }))
        {
            var fit = settings.Input.Fit(image.Width, image.Height);
            var scale = Math.Sqrt((double)fit.Width * fit.Height / ((double)image.Width * image.Height));
            foreach (var annotation in image.Annotations.Where(annotation => !annotation.IsCrowd && !image.IsDegenerate(annotation)))
                counts[Limits.Count(limit => Math.Sqrt(annotation.Box.Area) * scale >= limit)]++;
        }

        return new($"Boxes by the square root of their area, at the input size {settings.Input.Short} × {settings.Input.Long}{(settings.Tile is null ? "" : ", in images and slices")}", [.. Enumerable.Range(0, counts.Length).Select(Name)], [new("boxes", counts)], "0");
    }

    // With no-break spaces, so that the page does not wrap it.
    private static string Name(int bin) => (bin == 0 ? $"below {Number(Limits[0])} px"
        : bin == Limits.Length ? $"{Number(Limits[^1])} px and more"
        : $"{Number(Limits[bin - 1])} to {Number(Limits[bin])} px").Replace(' ', '\u00A0');

    private static string Number(double value) => value.ToString(CultureInfo.InvariantCulture);
}
