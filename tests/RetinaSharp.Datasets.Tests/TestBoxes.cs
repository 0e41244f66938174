using System.Globalization;

namespace RetinaSharp.Datasets.Tests;

internal static class TestBoxes
{
    /// <summary>Describes the boxes of a dataset for comparisons: file name, class, left, top, width and height, rounded to six decimals.</summary>
    public static string[] Describe(this DetectionDataset dataset) =>
    [
        .. dataset.Images.SelectMany(image => image.Annotations.Select(annotation => string.Create(CultureInfo.InvariantCulture,
            $"{image.FileName} {dataset.Categories[annotation.Category].Name} {Round(annotation.Box.X)} {Round(annotation.Box.Y)} {Round(annotation.Box.Width)} {Round(annotation.Box.Height)}"))),
    ];

    /// <summary>Returns the reasons of the problems.</summary>
    public static string[] Reasons(this DetectionDataset dataset) => [.. dataset.Problems.Select(problem => problem.Reason)];

    private static double Round(double value) => Math.Round(value, 6);
}
