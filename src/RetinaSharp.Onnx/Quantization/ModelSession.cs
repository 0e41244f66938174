using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using RetinaSharp.Onnx.Schema;
using RetinaSharp.OnnxRuntime;

namespace RetinaSharp.Onnx.Quantization;

/// <summary>Runs a model in memory, image by image, and reads tensors of fp32.</summary>
internal sealed class ModelSession : IDisposable
{
    private readonly string _file;
    private readonly InferenceSession _session;
    private readonly RunOptions _run = new();

    /// <summary>Loads a model into ONNX Runtime.</summary>
    /// <param name="file">Path of the file, for messages.</param>
    /// <param name="model">The model, whose outputs include all tensors that are read. Its height and width become dynamic.</param>
    /// <param name="threads">Number of threads; 0: one per CPU.</param>
    /// <exception cref="OnnxModelException">ONNX Runtime cannot load the model.</exception>
    public ModelSession(string file, ModelProto model, int threads)
    {
        _file = file;
        var shape = model.Graph.Input.First(input => input.Name == InputImage.Name).Type.TensorType.Shape.Dim;
        (shape[1].DimParam, shape[2].DimParam) = ("height", "width");
        // Each image may have another size, whatever size the file fixes; so plans of memory are of no use.
        using var options = new SessionOptions { IntraOpNumThreads = threads, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR, EnableMemoryPattern = false };
        // Threads that spin between operators gain little here, and slow down whatever else runs on the machine.
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        try
        {
            _session = new(model.ToByteArray(), options);
        }
        catch (OnnxRuntimeException error)
        {
            throw Fail(error);
        }
    }

    /// <summary>Declares tensors of fp32 as outputs of a model.</summary>
    /// <param name="model">The model, which is changed.</param>
    /// <param name="tensors">Names of the tensors.</param>
    public static void AddOutputs(ModelProto model, IEnumerable<string> tensors) =>
        model.Graph.Output.AddRange(tensors.Select(name => new ValueInfoProto { Name = name, Type = new() { TensorType = new() { ElemType = TensorType.Float } } }));

    /// <summary>Runs the model on an image.</summary>
    /// <param name="image">The image.</param>
    /// <param name="tensors">Names of the outputs to compute.</param>
    /// <returns>The outputs, in the order of <paramref name="tensors"/>.</returns>
    /// <exception cref="OnnxModelException">ONNX Runtime cannot run the model.</exception>
    public IDisposableReadOnlyCollection<OrtValue> Run(InputImage image, IReadOnlyCollection<string> tensors)
    {
        using var input = OrtValue.CreateTensorValueFromMemory(image.Pixels, [1, image.Height, image.Width, 3]);
        try
        {
            return _session.Run(_run, [InputImage.Name], [input], tensors);
        }
        catch (OnnxRuntimeException error)
        {
            throw Fail(error);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _run.Dispose();
        _session.Dispose();
    }

    private OnnxModelException Fail(OnnxRuntimeException error) => new(_file, $"ONNX Runtime cannot run it ({error.Message.Trim()}); export the model again", error);
}
