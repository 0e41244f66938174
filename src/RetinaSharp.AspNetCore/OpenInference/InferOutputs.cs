using RetinaSharp.AspNetCore.Requests;
using RetinaSharp.Inference;

namespace RetinaSharp.AspNetCore.OpenInference;

/// <summary>
/// The output tensors of a response. Images have different numbers of detections, so the tensors are padded to the same length: boxes and scores with 0, labels with -1.
/// </summary>
internal static class InferOutputs
{
    /// <summary>Output tensors of N images, padded to D detections.</summary>
    public static IReadOnlyList<TensorMetadata> Metadata { get; } =
    [
        new("boxes", "FP32", [-1, -1, 4]),
        new("scores", "FP32", [-1, -1]),
        new("labels", "INT64", [-1, -1]),
        new("counts", "INT32", [-1]),
    ];

    /// <summary>Returns the metadata of an output.</summary>
    /// <exception cref="RequestException">There is no such output.</exception>
    public static TensorMetadata Find(string? name) => Metadata.FirstOrDefault(tensor => tensor.Name == name)
        ?? throw RequestException.Malformed($"There is no output '{name}'; the outputs are {string.Join(", ", Metadata.Select(tensor => tensor.Name))}.");

    /// <summary>Creates an output tensor.</summary>
    /// <param name="name">Name of the output.</param>
    /// <param name="images">The detections of each image.</param>
    /// <param name="filter">Selects the detections.</param>
    /// <exception cref="RequestException">There is no such output.</exception>
    public static OutputTensor Create(string name, IReadOnlyList<ImageDetections> images, DetectionFilter filter)
    {
        var (tensor, length) = (Find(name), filter.MaxDetections);
        DetectedObject[][] found = [.. images.Select(image => filter.Apply(image.Detections).ToArray())];
        return name switch
        {
            "boxes" => new(tensor, [images.Count, length, 4], Pad(found, 4 * length, 0f, detection => [detection.Box.X1, detection.Box.Y1, detection.Box.X2, detection.Box.Y2])),
            "scores" => new(tensor, [images.Count, length], Pad(found, length, 0f, detection => [detection.Score])),
            "labels" => new(tensor, [images.Count, length], Pad(found, length, -1L, detection => [detection.Class])),
            _ => new(tensor, [images.Count], (int[])[.. found.Select(detections => detections.Length)]),
        };
    }

    private static T[] Pad<T>(DetectedObject[][] images, int length, T padding, Func<DetectedObject, T[]> values)
    {
        var data = new T[images.Length * length];
        Array.Fill(data, padding);
        for (var i = 0; i < images.Length; i++)
            images[i].SelectMany(values).ToArray().CopyTo(data, i * length);
        return data;
    }
}
