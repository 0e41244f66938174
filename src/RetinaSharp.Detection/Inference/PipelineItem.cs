using System.Runtime.ExceptionServices;
using RetinaSharp.Detection.Data;
using RetinaSharp.Imaging;

namespace RetinaSharp.Detection.Inference;

/// <summary>An image on its way through a <see cref="DetectionPipeline"/>.</summary>
/// <typeparam name="T">Type of what it comes from.</typeparam>
internal sealed class PipelineItem<T>(long number, T source)
{
    private Image? _image;
    private ViewPlan? _plan;
    private IReadOnlyList<DetectedObject>[] _found = [];
    private IReadOnlyList<DetectedObject>? _detections;
    private int _missing;

    /// <summary>Its place in the order of the images.</summary>
    public long Number => number;

    /// <summary>What it comes from.</summary>
    public T Source => source;

    /// <summary>Width of the original in pixels.</summary>
    public int Width { get; private set; }

    /// <summary>Its height.</summary>
    public int Height { get; private set; }

    /// <summary>Why it could not be read; null where it could.</summary>
    public ExceptionDispatchInfo? Error { get; private set; }

    /// <summary>Whether there is nothing to wait for any more.</summary>
    public bool IsDone => Error is not null || _detections is not null;

    /// <summary>What was found in it.</summary>
    public IReadOnlyList<DetectedObject> Detections
    {
        get
        {
            Error?.Throw();
            return _detections!;
        }
    }

    /// <summary>Takes the image, and what is to be shown of it.</summary>
    public void Read(ViewedImage image, ViewPlan plan)
    {
        (Width, Height, _image, _plan) = (image.Width, image.Height, image.Image, plan);
        _missing = plan.Views.Length;
        _found = new IReadOnlyList<DetectedObject>[_missing];
    }

    /// <summary>Says that it could not be read.</summary>
    public void Fail(Exception error) => Error = ExceptionDispatchInfo.Capture(error);

    /// <summary>Its views; none where it could not be read.</summary>
    public ReadOnlySpan<ImageView> Views => _plan is null ? [] : _plan.Views;

    /// <summary>A view with the pixels that it is made of.</summary>
    public (ImageView, Image) View(int view) => (_plan!.Views[view], _image!);

    /// <summary>Takes what was found in a view; with the last of them it is done.</summary>
    public void Found(int view, IReadOnlyList<DetectedObject> detections, ViewMerger merger)
    {
        _found[view] = detections;
        if (--_missing > 0)
            return;
        _detections = merger.Merge(_plan!, _found);
        // It may wait for those before it.
        _image = null;
    }
}
