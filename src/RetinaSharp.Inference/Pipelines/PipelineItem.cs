using System.Runtime.ExceptionServices;
using RetinaSharp.Imaging;
using RetinaSharp.Inference.Batching;
using RetinaSharp.Inference.Views;

namespace RetinaSharp.Inference.Pipelines;

/// <summary>An image in a <see cref="DetectionPipeline"/>, with its views and detections.</summary>
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

    /// <summary>The exception that was thrown when the image was read; null if there was none.</summary>
    public ExceptionDispatchInfo? Error { get; private set; }

    /// <summary>Whether the detections of the image are complete, or reading the image failed.</summary>
    public bool IsDone => Error is not null || _detections is not null;

    /// <summary>
    /// The merged detections of all views, available when <see cref="IsDone"/> is true. Throws <see cref="Error"/> if it is not null.
    /// </summary>
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

    /// <summary>Sets the decoded image and its views.</summary>
    public void SetImage(DecodedImage image, ViewPlan plan)
    {
        (Width, Height, _image, _plan) = (image.Width, image.Height, image.Image, plan);
        _missing = plan.Views.Length;
        _found = new IReadOnlyList<DetectedObject>[_missing];
    }

    /// <summary>Sets <see cref="Error"/>, which completes the image without detections.</summary>
    public void Fail(Exception error) => Error = ExceptionDispatchInfo.Capture(error);

    /// <summary>Returns the view with the given index, the decoded image, and the index of the image in the input sequence.</summary>
    public (ImageView View, Image Image, long Position) View(int view) => (_plan!.Views[view], _image!, position);

    /// <summary>
    /// Stores the detections of the view with the given index. If this was the last view, merges the detections of all views and frees the
    /// pixels.
    /// </summary>
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
