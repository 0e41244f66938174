namespace RetinaSharp.Detection.Configuration;

/// <summary>By what the losses of a step are divided.</summary>
public enum NormalizerKind
{
    /// <summary>Positive anchors of the effective batch, at least 1, as in the paper.</summary>
    Positives,

    /// <summary>As torchvision: of each image by its own positive anchors, at least 1; of these, the mean over the images of the effective batch.</summary>
    PerImage,

    /// <summary>
    /// As detectron2: a moving average of the positive anchors of the effective batch, at least 1; it starts from 100, and each step keeps
    /// nine tenths of it.
    /// </summary>
    MovingAverage,
}
