using RetinaSharp.Onnx.Quantization;

namespace RetinaSharp.OnnxRuntime.Tests.Snippets;

/// <summary>Code of docs/onnx.md.</summary>
internal static class QuantizeSnippet
{
    public static void Run()
    {
        var result = OnnxQuantizer.Quantize("scenes.onnx", "scenes-int8.onnx", Directory.EnumerateFiles("photos"));
        Console.WriteLine($"{result.SourceBytes} bytes before, {result.Bytes} after");
        foreach (var layer in result.BySensitivity.Take(5))
            Console.WriteLine($"{layer.Name}: {layer.Sensitivity!.Value.Lowest:0.0} dB");
    }
}
