using RetinaSharp.Boxes;
using RetinaSharp.Datasets;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Data;
using RetinaSharp.Detection.Inference;
using RetinaSharp.Detection.Modeling;
using RetinaSharp.Imaging;

namespace RetinaSharp.Detection.Tests.Inference;

/// <summary>A pipeline whose "network" finds one red, one green and one blue rectangle in each view, by their pixels.</summary>
internal sealed class ColourPipeline(ViewPlanner planner, InferenceSettings? settings = null)
{
    private static readonly Category[] Categories = [new(1, "red"), new(2, "green"), new(3, "blue")];

    private readonly BufferPool<PixelBuffer> _pool = new();

    /// <summary>Sizes and numbers of images of the batches, in their order.</summary>
    public List<(int Width, int Height, int Images)> Batches { get; } = [];

    /// <summary>Told of each batch before it is looked at.</summary>
    public Action? InNetwork { get; init; }

    /// <summary>Whether all memory of the batches was given back.</summary>
    public bool IsClean => _pool.Created == _pool.Free;

    /// <summary>A black image with a rectangle of a colour, 0 to 2, for each box.</summary>
    public static Image Paint(int width, int height, params (int Colour, Box Box)[] rectangles)
    {
        var pixels = new byte[width * height * 3];
        foreach (var (colour, box) in rectangles)
            for (var y = (int)box.Y1; y < (int)box.Y2; y++)
                for (var x = (int)box.X1; x < (int)box.X2; x++)
                    pixels[(y * width + x) * 3 + colour] = 255;
        return new(width, height, pixels);
    }

    public IEnumerable<PipelineItem<Image>> Run(IEnumerable<Image> images, int batch = 4, IProgress<int>? done = null, CancellationToken cancellationToken = default) =>
        Run(images, image => new(image), batch, done, cancellationToken);

    public IEnumerable<PipelineItem<T>> Run<T>(
        IEnumerable<T> sources, Func<T, ViewedImage> read, int batch = 4, IProgress<int>? done = null, CancellationToken cancellationToken = default,
        Action<IReadOnlyList<T>, ImageBatch, LevelOutput[]>? observe = null)
    {
        settings ??= new();
        var merger = new ViewMerger(settings, isLimitOfImage: false, planner.SharedPixels);
        return new DetectionPipeline(planner, merger, (pixels, shown, _) =>
        {
            InNetwork?.Invoke();
            Batches.Add((pixels.Width, pixels.Height, pixels.Count));
            shown?.Invoke([]);
            return [];
        }, (_, pixels) => [.. Enumerable.Range(0, pixels.Count).Select(image => Find(pixels, image))], _pool).Run(sources, read, batch, done, cancellationToken, observe);
    }

    private static List<DetectedObject> Find(ImageBatch batch, int image)
    {
        var found = new List<DetectedObject>();
        var pixels = batch.Pixels.Slice(image * batch.Width * batch.Height * 3, batch.Width * batch.Height * 3);
        for (var colour = 0; colour < 3; colour++)
        {
            var (x1, y1, x2, y2) = (int.MaxValue, int.MaxValue, 0, 0);
            for (var y = 0; y < batch.Height; y++)
                for (var x = 0; x < batch.Width; x++)
                    if (pixels[(y * batch.Width + x) * 3 + colour] > 127)
                        (x1, y1, x2, y2) = (Math.Min(x1, x), Math.Min(y1, y), Math.Max(x2, x + 1), Math.Max(y2, y + 1));
            if (x2 > 0)
                found.Add(new(colour, Categories[colour], .9f - .1f * colour, batch.Images[image].ToSource(new(x1, y1, x2, y2))));
        }

        return found;
    }
}
