using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace RetinaSharp.Onnx.Tests;

/// <summary>Runs ONNX files in ONNX Runtime.</summary>
internal static class OnnxRuntime
{
    /// <summary>Returns the outputs of a model for each batch, by name.</summary>
    /// <param name="model">Path of the file.</param>
    /// <param name="batches">The batches.</param>
    /// <param name="settings">Values of optional inputs.</param>
    public static IReadOnlyList<IReadOnlyDictionary<string, OnnxTensor>> Run(string model, IEnumerable<OnnxBatch> batches, params NamedOnnxValue[] settings)
    {
        // One thread: spinning threads would slow down the other tests.
        using var options = new SessionOptions { IntraOpNumThreads = 1, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_WARNING };
        using var session = new InferenceSession(model, options);
        return [.. batches.Select(batch => Run(session, batch, settings))];
    }

    /// <summary>Returns the value of an optional input.</summary>
    public static NamedOnnxValue Setting<T>(string name, T value) => NamedOnnxValue.CreateFromTensor(name, new DenseTensor<T>(new[] { value }, [1]));

    private static Dictionary<string, OnnxTensor> Run(InferenceSession session, OnnxBatch batch, NamedOnnxValue[] settings)
    {
        var images = batch.Pixels.Length / (batch.Height * batch.Width * 3);
        var input = new DenseTensor<byte>(batch.Pixels, [images, batch.Height, batch.Width, 3]);
        using var outputs = session.Run([NamedOnnxValue.CreateFromTensor("images", input), .. settings]);
        return outputs.ToDictionary(output => output.Name, Read);
    }

    private static OnnxTensor Read(NamedOnnxValue output) => output.Value switch
    {
        Tensor<float> values => Convert(values, value => value),
        Tensor<long> values => Convert(values, value => value),
        Tensor<int> values => Convert(values, value => value),
        var other => throw new NotSupportedException($"{output.Name} is a {other.GetType()}."),
    };

    private static OnnxTensor Convert<T>(Tensor<T> tensor, Converter<T, float> convert) =>
        new([.. tensor.Dimensions.ToArray().Select(size => (long)size)], Array.ConvertAll(tensor.ToArray(), convert));
}
