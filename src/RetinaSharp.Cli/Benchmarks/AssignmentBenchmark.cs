using RetinaSharp.Boxes;
using RetinaSharp.Detection.Anchors;

namespace RetinaSharp.Cli.Benchmarks;

/// <summary>
/// Times the assignment of anchors to boxes by torchvision's rules. The first figure is of anchors anywhere, as the reference, torchvision's
/// <c>Matcher</c> on its <c>box_iou</c>, is timed by a script of its own; the second is of a detector's anchors, which lie in a grid.
/// </summary>
internal sealed class AssignmentBenchmark(int anchors, int boxes) : IBenchmark
{
    /// <summary>Anchors and boxes of the reference.</summary>
    public const int Anchors = 120_000, Boxes = 100;

    // Its grid has 120,087 anchors, as many as there are anywhere.
    private const int GridSide = 800;

    // In the reference corners lie in the first 700 pixels, and sides are as long at most.
    private const float Extent = 700;

    private readonly IouAssigner _assigner = new(new() { LowQualityFloor = 0 });

    public int Figures => 2;

    public IEnumerable<Timing> Run(Stopper stopper)
    {
        var random = new Random(0);
        var (anywhere, objects, classes) = (RandomBoxes(anchors), RandomBoxes(boxes), new int[boxes]);
        yield return stopper.Measure($"assign {anchors} anchors x {boxes} boxes", 0, () => _assigner.Assign(anywhere, objects, classes));
        var grid = new AnchorGenerator(new()).Generate(GridSide, GridSide);
        yield return stopper.Measure($"assign grid of {grid.Count} anchors x {boxes} boxes", 0, () => _assigner.Assign(grid, objects, classes));

        Box[] RandomBoxes(int count)
        {
            var made = new Box[count];
            foreach (ref var box in made.AsSpan())
            {
                var (x, y) = (Extent * random.NextSingle(), Extent * random.NextSingle());
                box = new(x, y, x + Extent * random.NextSingle(), y + Extent * random.NextSingle());
            }

            return made;
        }
    }
}
