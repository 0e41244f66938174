using RetinaSharp.Inference;

namespace RetinaSharp.OnnxRuntime;

/// <summary>The detections of a batch, from a graph that includes postprocessing.</summary>
/// <param name="found">The detections of each image.</param>
internal sealed class DetectionsOutput(IReadOnlyList<ScoredBox>[] found) : IDetectionOutput
{
    /// <inheritdoc/>
    public IReadOnlyList<ScoredBox> Detections(int image) => found[image];

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
