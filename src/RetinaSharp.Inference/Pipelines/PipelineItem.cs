using System.Runtime.ExceptionServices;
using RetinaSharp.Imaging;
using RetinaSharp.Inference.Batching;
using RetinaSharp.Inference.Views;

namespace RetinaSharp.Inference.Pipelines;

/// <summary>An image in a <see cref="DetectionPipeline"/>.</summary>
/// <typeparam name="T">Type of what it is read from.</typeparam>
internal sealed class PipelineItem<T>(long position, T source)
{
    private Image? _image;
    private ViewPlan? _plan;
    private IReadOnlyList<DetectedObject>[] _found = [];
    private IReadOnlyList<DetectedObject>? _detections;
    private int _missing;

    /// <summary>Position in the order of the images, from 0.</summary>
    public long Position => position;

    /// <summary>What it is read from.</summary>
    public T Source => source;

    /// <summary>When work on it began.</summary>
    public long Started { get; } = Telemetry.Now();

    /// <summary>Width of the original in pixels.</summary>
    public int Width { get; private set; }

    /// <summary>Height of the original in pixels.</summary>
    public int Height { get; private set; }

    /// <summary>Why it could not be read; null where it could.</summary>
    public ExceptionDispatchInfo? Error { get; private set; }

    /// <summary>Whether it has detections or an error.</summary>
    public bool IsDone => Error is not null || _detections is not null;

    /// <summary>The detections; throws <see cref="Error"/> where there is one.</summary>
    public IReadOnlyList<DetectedObject> Detections
    {
        get
        {
            Error?.Throw();
            return _detections!;
        }
    }

    /// <summary>Its views; none where it could not be read.</summary>
    public ReadOnlySpan<ImageView> Views => _plan is null ? [] : _plan.Views;

    /// <summary>Sets the image and its views.</summary>
    public void SetImage(DecodedImage image, ViewPlan plan)
    {
        (Width, Height, _image, _plan) = (image.Width, image.Height, image.Image, plan);
        _missing = plan.Views.Length;
        _found = new IReadOnlyList<DetectedObject>[_missing];
    }

    /// <summary>Sets the error that kept it from being read.</summary>
    public void Fail(Exception error) => Error = ExceptionDispatchInfo.Capture(error);

    /// <summary>A view with the pixels that it is made of.</summary>
    public (ImageView View, Image Image, long Position) View(int view) => (_plan!.Views[view], _image!, position);

    /// <summary>Adds the detections of a view; the last of them makes the image done.</summary>
    public void Add(int view, IReadOnlyList<DetectedObject> detections, ViewMerger merger)
    {
        _found[view] = detections;
        if (--_missing > 0)
            return;
        _detections = merger.Merge(_plan!, _found);
        // It may wait for those before it.
        _image = null;
    }
}
