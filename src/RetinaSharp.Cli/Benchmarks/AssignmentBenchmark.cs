using RetinaSharp.Boxes;
using RetinaSharp.Detection.Assignment;

namespace RetinaSharp.Cli.Benchmarks;

/// <summary>
/// Times the assignment of anchors to ground-truth boxes by torchvision's rules, first with random anchors, then with a detector's anchors, which form a
/// grid. For comparison, a script times torchvision's <c>Matcher</c> with <c>box_iou</c> on random anchors. Then times ATSS on the grid, beside the form with
/// matrices (<see cref="AtssMatrix"/>).
/// </summary>
/// <param name="anchors">Number of random anchors.</param>
/// <param name="boxes">Number of ground-truth boxes.</param>
internal sealed class AssignmentBenchmark(int anchors, int boxes) : IBenchmark
{
    /// <summary>Numbers of anchors and boxes in the script that times torchvision.</summary>
    public const int Anchors = 120_000, Boxes = 100;

    // Width and height of an image in pixels. Its grid has 120,087 anchors, about as many as there are random anchors.
    private const int GridSide = 800;

    // As in the script: the top left corners of the boxes, their widths and their heights are uniform in [0, 700) pixels.
    private const float Extent = 700;

    private readonly IouAssigner _assigner = new(new() { LowQualityFloor = 0 });
    private readonly AtssAssigner _atss = new(new());

    public int Count => 4;

    public IEnumerable<Timing> Run(BenchmarkTimer timer)
    {
        var random = new Random(0);
        var (randomAnchors, groundTruth, classes) = (RandomBoxes(anchors), RandomBoxes(boxes), new int[boxes]);
        yield return timer.Measure($"assign {anchors} anchors x {boxes} boxes", 0, () => _assigner.Assign(randomAnchors, groundTruth, classes));
        var grid = new AnchorGenerator(new()).Generate(GridSide, GridSide);
        yield return timer.Measure($"assign grid of {grid.Count} anchors x {boxes} boxes", 0, () => _assigner.Assign(grid, groundTruth, classes));
        yield return timer.Measure($"assign atss grid of {grid.Count} anchors x {boxes} boxes", 0, () => _atss.Assign(grid, groundTruth, classes));
        yield return timer.Measure($"assign atss with matrices of {grid.Count} anchors x {boxes} boxes", 0, () => AtssMatrix.Assign(grid, groundTruth, _atss.Settings.AtssCells));

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
