using System.Text.Json;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace RetinaSharp.OnnxRuntime.Tests.Snippets;

/// <summary>Code of docs/onnx.md.</summary>
internal static class SessionSnippet
{
    public static void Run(byte[] pixels, int w, int h)
    {
        using var session = new InferenceSession("scenes.onnx");
        var classes = JsonSerializer.Deserialize<string[]>(session.ModelMetadata.CustomMetadataMap["classes"])!;
        var images = new DenseTensor<byte>(pixels, [1, h, w, 3]);
        using var results = session.Run([NamedOnnxValue.CreateFromTensor("images", images)]);
        var boxes = results.First(value => value.Name == "boxes").AsTensor<float>();
        var scores = results.First(value => value.Name == "scores").AsTensor<float>();
        var labels = results.First(value => value.Name == "labels").AsTensor<long>();
        for (var i = 0; i < scores.Length; i++)
            Console.WriteLine($"{classes[labels[i]]} {scores[i]:P0} at {boxes[i, 0]}, {boxes[i, 1]} to {boxes[i, 2]}, {boxes[i, 3]}");
    }
}
