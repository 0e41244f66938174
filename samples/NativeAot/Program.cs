// Detects objects in images with an exported model, as a native program without .NET and LibTorch:
//     dotnet publish samples/NativeAot -c Release -r linux-x64 -p:PublishAot=true -o native
//     native/NativeAot scenes.onnx photo.jpg another.png
using RetinaSharp.Inference;
using RetinaSharp.OnnxRuntime;

if (args is not [var model, .. { Length: > 0 } images])
{
    Console.Error.WriteLine("usage: NativeAot MODEL.onnx IMAGE...");
    return 2;
}

using var detector = OnnxDetector.Load(model);
foreach (var image in detector.DetectMany(images))
{
    Console.WriteLine($"{image.Path}: {image.Width} x {image.Height} pixels, {image.Detections.Count} objects");
    foreach (var found in image.Detections)
        Console.WriteLine($"  {found.Score:P0} {found.Category.Name} at {found.Box}");
}

return 0;
