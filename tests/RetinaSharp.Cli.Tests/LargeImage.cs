using RetinaSharp.Imaging;

namespace RetinaSharp.Cli.Tests;

/// <summary>A dataset of an image of 1600 x 1200 pixels with an object of 12 pixels, which has less than a pixel at an input size of 64.</summary>
internal static class LargeImage
{
    /// <summary>Writes the dataset, and returns the path of its annotation file.</summary>
    public static string Write(string folder)
    {
        const int Width = 1600, Height = 1200, Left = 700, Top = 500, Side = 12;
        var pixels = new byte[Width * Height * 3];
        for (var y = Top; y < Top + Side; y++)
            pixels.AsSpan((y * Width + Left) * 3, Side * 3).Fill(255);
        Directory.CreateDirectory(folder);
        new Image(Width, Height, pixels).Save(Path.Combine(folder, "large.png"));
        var annotations = Path.Combine(folder, "large.json");
        File.WriteAllText(annotations, $$"""
            {"images": [{"id": 1, "file_name": "large.png", "width": {{Width}}, "height": {{Height}}}], "categories": [{"id": 1, "name": "dot"}],
             "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [{{Left}}, {{Top}}, {{Side}}, {{Side}}], "area": {{Side * Side}}, "iscrowd": 0}]}
            """);
        return annotations;
    }
}
