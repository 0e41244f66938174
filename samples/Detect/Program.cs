// Detects objects in images and prints their classes, scores and boxes:
//     dotnet run -c Release --project samples/Detect -- runs/first .3 photo.jpg another.png
using System.Globalization;
using RetinaSharp.Detection.Inference;
using RetinaSharp.Inference;

if (args is not [var model, var score, .. { Length: > 0 } images] || !double.TryParse(score, CultureInfo.InvariantCulture, out var threshold))
{
    Console.Error.WriteLine("usage: Detect MODEL SCORE IMAGE...");
    return 2;
}

using var detector = Detector.Load(model, new() { ScoreThreshold = threshold });
// DetectMany prefetches images and processes them in batches. For a single image, Detect accepts a path, encoded bytes, a stream or an Image.
foreach (var image in detector.DetectMany(images))
{
    Console.WriteLine($"{image.Path}: {image.Width} x {image.Height} pixels, {image.Detections.Count} objects");
    foreach (var found in image.Detections)
        Console.WriteLine($"  {found.Score:P0} {found.Category.Name} at {found.Box}");
}

return 0;
