using RetinaSharp.Inference;

namespace RetinaSharp.OnnxRuntime;

/// <summary>The detections of a batch.</summary>
/// <param name="found">The detections of each image.</param>
internal sealed class OnnxOutput(IReadOnlyList<ScoredBox>[] found) : IDetectionOutput
{
    /// <inheritdoc/>
    public IReadOnlyList<ScoredBox> Detections(int image) => found[image];

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
