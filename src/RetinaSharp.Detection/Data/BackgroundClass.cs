using RetinaSharp.Datasets;

namespace RetinaSharp.Detection.Data;

/// <summary>torchvision's background: a class before all others that no box has.</summary>
internal static class BackgroundClass
{
    /// <summary>Its name.</summary>
    public const string Name = "background";

    /// <summary>A set whose classes begin with it.</summary>
    public static DetectionDataset AddTo(DetectionDataset set) => set.Categories is [{ Name: Name }, ..] ? set : new()
    {
        Source = set.Source,
        // Its id is 0, as torchvision has it, unless another class uses that.
        Categories = [new(set.Categories.Any(category => category.Id == 0) ? -1 : 0, Name), .. set.Categories],
        Images = [.. set.Images.Select(image => image with { Annotations = [.. image.Annotations.Select(box => box with { Category = box.Category + 1 })] })],
        Problems = set.Problems,
    };
}
