using RetinaSharp.Inference;

namespace RetinaSharp.OnnxRuntime.Tests.Snippets;

/// <summary>Code of docs/onnx.md.</summary>
internal static class DetectSnippet
{
    public static void Run()
    {
        using var detector = OnnxDetector.Load("scenes.onnx", new() { ScoreThreshold = .5 });
        foreach (var found in detector.Detect("photo.png"))
            Console.WriteLine($"{found.Category.Name} {found.Score:P0} at {found.Box}");
    }
}
