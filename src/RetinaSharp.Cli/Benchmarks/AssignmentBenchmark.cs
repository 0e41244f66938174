using RetinaSharp.Boxes;
using RetinaSharp.Detection.Anchors;

namespace RetinaSharp.Cli.Benchmarks;

/// <summary>
/// Times the assignment of anchors to boxes with torchvision's rules: of random anchors, on which a script times the reference,
/// torchvision's <c>Matcher</c> with <c>box_iou</c>; and of a detector's anchors, which form a grid.
/// </summary>
internal sealed class AssignmentBenchmark(int anchors, int boxes) : IBenchmark
{
    /// <summary>Number of anchors and boxes of the reference.</summary>
    public const int Anchors = 120_000, Boxes = 100;

    // The grid of this size has 120,087 anchors, about as many as there are random ones.
    private const int GridSide = 800;

    // The reference's corners lie in the first 700 pixels, and its sides are at most as long.
    private const float Extent = 700;

    private readonly IouAssigner _assigner = new(new() { LowQualityFloor = 0 });

    public int Count => 2;

    public IEnumerable<Timing> Run(BenchmarkTimer timer)
    {
        var random = new Random(0);
        var (randomAnchors, groundTruth, classes) = (RandomBoxes(anchors), RandomBoxes(boxes), new int[boxes]);
        yield return timer.Measure($"assign {anchors} anchors x {boxes} boxes", 0, () => _assigner.Assign(randomAnchors, groundTruth, classes));
        var grid = new AnchorGenerator(new()).Generate(GridSide, GridSide);
        yield return timer.Measure($"assign grid of {grid.Count} anchors x {boxes} boxes", 0, () => _assigner.Assign(grid, groundTruth, classes));

        Box[] RandomBoxes(int count)
        {
            var result = new Box[count];
            foreach (ref var box in result.AsSpan())
            {
                var (x, y) = (Extent * random.NextSingle(), Extent * random.NextSingle());
                box = new(x, y, x + Extent * random.NextSingle(), y + Extent * random.NextSingle());
            }

            return result;
        }
    }
}
