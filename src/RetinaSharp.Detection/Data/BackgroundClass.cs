using RetinaSharp.Datasets;

namespace RetinaSharp.Detection.Data;

/// <summary>Adds the background category of torchvision's models to a dataset. It has class index 0, and no box belongs to it.</summary>
internal static class BackgroundClass
{
    /// <summary>Name of the category.</summary>
    public const string Name = "background";

    /// <summary>Name of the category in torchvision's lists of classes.</summary>
    public const string TorchvisionName = "__background__";

    /// <summary>
    /// Returns the dataset with the background inserted before the other categories, whose class indices increase by 1. A dataset whose first category
    /// already is the background is returned with it, under its name.
    /// </summary>
    public static DetectionDataset AddTo(DetectionDataset set) => set.Categories switch
    {
        [{ Name: Name }, ..] => set,
        [{ Name: TorchvisionName } first, ..] => set with { Categories = [first with { Name = Name }, .. set.Categories.Skip(1)] },
        _ => Insert(set),
    };

    private static DetectionDataset Insert(DetectionDataset set) => new()
    {
        Source = set.Source,
        // The id is 0 as in torchvision, or -1 if another category has id 0.
        Categories = [new(set.Categories.Any(category => category.Id == 0) ? -1 : 0, Name), .. set.Categories],
        Images = [.. set.Images.Select(image => image with { Annotations = [.. image.Annotations.Select(box => box with { Category = box.Category + 1 })] })],
        Problems = set.Problems,
    };
}
