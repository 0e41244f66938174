using RetinaSharp.Inference;
using RetinaSharp.Inference.Batching;

namespace RetinaSharp.Onnx.Quantization;

/// <summary>
/// Calls a function for each image that a detector has decoded and scaled. The engine takes the place of the network in <see cref="ObjectDetector"/>, so that calibration
/// sees the same pixels as detection, slices included.
/// </summary>
/// <param name="model">Input size and slices of the model.</param>
/// <param name="see">Receives each image, or slice of one, and the index of the image.</param>
internal sealed class CalibrationEngine(DetectionModel model, Action<InputImage, long> see) : IInferenceEngine
{
    /// <inheritdoc/>
    public DetectionModel Model => model;

    /// <inheritdoc/>
    public int MaxConcurrency => 1;

    /// <inheritdoc/>
    public IInferenceOutput Run(ImageBatch batch)
    {
        for (var i = 0; i < batch.Count; i++)
            see(InputImage.Copy(batch, i), batch.Indices[i]);
        return new NoDetections();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private sealed class NoDetections : IDetectionOutput
    {
        public IReadOnlyList<ScoredBox> Detections(int image) => [];

        public void Dispose()
        {
        }
    }
}
