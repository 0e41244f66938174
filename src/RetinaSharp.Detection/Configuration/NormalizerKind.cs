namespace RetinaSharp.Detection.Configuration;

/// <summary>What the losses of a step are divided by.</summary>
public enum NormalizerKind
{
    /// <summary>The number of positive anchors in the effective batch, at least 1, as in the paper.</summary>
    Positives,

    /// <summary>As torchvision: each image's loss is divided by its own number of positive anchors (at least 1), then averaged over the images of the effective batch.</summary>
    PerImage,

    /// <summary>
    /// As detectron2: an exponential moving average of the number of positive anchors in the effective batch (at least 1), with initial
    /// value 100 and momentum .9.
    /// </summary>
    MovingAverage,
}
