using RetinaSharp.Datasets;

namespace RetinaSharp.Detection.Data;

/// <summary>torchvision's background category: index 0, without any boxes.</summary>
internal static class BackgroundClass
{
    /// <summary>Name of the category.</summary>
    public const string Name = "background";

    /// <summary>Inserts the background before the other categories, unless it is already the first.</summary>
    public static DetectionDataset AddTo(DetectionDataset set) => set.Categories is [{ Name: Name }, ..] ? set : new()
    {
        Source = set.Source,
        // The id is 0 as in torchvision, or -1 if another category has id 0.
        Categories = [new(set.Categories.Any(category => category.Id == 0) ? -1 : 0, Name), .. set.Categories],
        Images = [.. set.Images.Select(image => image with { Annotations = [.. image.Annotations.Select(box => box with { Category = box.Category + 1 })] })],
        Problems = set.Problems,
    };
}
