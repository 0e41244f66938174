namespace RetinaSharp.Inference;

/// <summary>Detections of a network that includes postprocessing.</summary>
public interface IDetectionOutput : IInferenceOutput
{
    /// <summary>Returns the detections of an image by descending score.</summary>
    /// <param name="image">Index of the image in the batch.</param>
    IReadOnlyList<ScoredBox> Detections(int image);
}
