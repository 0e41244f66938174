using System.Runtime.ExceptionServices;
using RetinaSharp.Imaging;
using RetinaSharp.Inference.Batching;
using RetinaSharp.Inference.Views;

namespace RetinaSharp.Inference.Pipelines;

/// <summary>An image in a <see cref="DetectionPipeline"/>.</summary>
/// <typeparam name="T">Type of the source of the image.</typeparam>
internal sealed class PipelineItem<T>(long position, T source)
{
    private Image? _image;
    private ViewPlan? _plan;
    private IReadOnlyList<DetectedObject>[] _found = [];
    private IReadOnlyList<DetectedObject>? _detections;
    private int _missing;

    /// <summary>Index of the image in the input sequence, from 0.</summary>
    public long Position => position;

    /// <summary>Source of the image.</summary>
    public T Source => source;

    /// <summary>Time stamp of <see cref="Telemetry.Now"/> when processing of the image started.</summary>
    public long Started { get; } = Telemetry.Now();

    /// <summary>Width of the original image in pixels.</summary>
    public int Width { get; private set; }

    /// <summary>Height of the original image in pixels.</summary>
    public int Height { get; private set; }

    /// <summary>Exception that reading the image threw; null: none.</summary>
    public ExceptionDispatchInfo? Error { get; private set; }

    /// <summary>Whether the image has detections or an error.</summary>
    public bool IsDone => Error is not null || _detections is not null;

    /// <summary>Detections in the image. Throws <see cref="Error"/> if it is not null.</summary>
    public IReadOnlyList<DetectedObject> Detections
    {
        get
        {
            Error?.Throw();
            return _detections!;
        }
    }

    /// <summary>Views of the image; empty if the image could not be read.</summary>
    public ReadOnlySpan<ImageView> Views => _plan is null ? [] : _plan.Views;

    /// <summary>Sets the image and its views.</summary>
    public void SetImage(DecodedImage image, ViewPlan plan)
    {
        (Width, Height, _image, _plan) = (image.Width, image.Height, image.Image, plan);
        _missing = plan.Views.Length;
        _found = new IReadOnlyList<DetectedObject>[_missing];
    }

    /// <summary>Sets <see cref="Error"/>.</summary>
    public void Fail(Exception error) => Error = ExceptionDispatchInfo.Capture(error);

    /// <summary>Returns a view, with the image and its index in the input sequence.</summary>
    public (ImageView View, Image Image, long Position) View(int view) => (_plan!.Views[view], _image!, position);

    /// <summary>Adds the detections of a view. After the last view, merges the detections of all.</summary>
    public void Add(int view, IReadOnlyList<DetectedObject> detections, ViewMerger merger)
    {
        _found[view] = detections;
        if (--_missing > 0)
            return;
        _detections = merger.Merge(_plan!, _found);
        // Free the pixels now: the item may still wait for earlier items.
        _image = null;
    }
}
