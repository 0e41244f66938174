namespace RetinaSharp.Detection.Configuration;

/// <summary>What the losses of a training step are divided by.</summary>
public enum NormalizerKind
{
    /// <summary>The number of positive anchors in the effective batch, at least 1, as in the focal loss paper.</summary>
    Positives,

    /// <summary>
    /// As in torchvision: the loss of each image is divided by its own number of positive anchors (at least 1), then averaged over the images of the
    /// effective batch.
    /// </summary>
    PerImage,

    /// <summary>
    /// As in detectron2: an exponential moving average, over the steps, of the number of positive anchors in the effective batch (at least 1), with initial
    /// value 100 and momentum .9.
    /// </summary>
    MovingAverage,
}
