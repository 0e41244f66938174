using RetinaSharp.Imaging;
using RetinaSharp.Inference;

namespace RetinaSharp.Cli.Benchmarks;

/// <summary>Times detection with a model on random square images in memory: scaling, network and postprocessing.</summary>
/// <param name="detector">The detector.</param>
/// <param name="name">Name of the model in the name of the timing.</param>
/// <param name="side">Width and height of the images in pixels.</param>
/// <param name="batch">Batch size.</param>
internal sealed class ModelBenchmark(ObjectDetector detector, string name, int side, int batch) : IBenchmark
{
    private readonly Image[] _images = [.. Enumerable.Range(0, batch).Select(seed => CreateImage(side, seed))];

    /// <inheritdoc/>
    public int Count => 1;

    /// <inheritdoc/>
    public IEnumerable<Timing> Run(BenchmarkTimer timer)
    {
        yield return timer.Measure($"detect {name} {side}px batch {batch}", 0, () => detector.Detect(_images));
    }

    private static Image CreateImage(int side, int seed)
    {
        var pixels = new byte[side * side * 3];
        new Random(seed).NextBytes(pixels);
        return new(side, side, pixels);
    }
}
