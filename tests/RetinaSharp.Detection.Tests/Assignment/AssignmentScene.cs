using RetinaSharp.Boxes;

namespace RetinaSharp.Detection.Tests.Assignment;

/// <summary>A small random image for assigners. Coordinates and logits are rounded, boxes are repeated, and predictions are copies: that makes exact ties.</summary>
internal sealed class AssignmentScene
{
    public const int ClassCount = 3;

    private AssignmentScene(AnchorGrid grid, Box[] boxes, int[] classes, ArrayPredictions predictions) =>
        (Grid, Boxes, Classes, Predictions) = (grid, boxes, classes, predictions);

    public AnchorGrid Grid { get; }

    public Box[] Boxes { get; }

    public int[] Classes { get; }

    public ArrayPredictions Predictions { get; }

    /// <summary>Draws a scene with 1, 3 or 9 anchors per cell and 1 to 5 levels.</summary>
    public static AssignmentScene Draw(int seed)
    {
        var random = new Random(seed);
        var minLevel = random.Next(2, 5);
        var layouts = new (double[] Scales, double[] Ratios)[] { ([1], [1]), ([1], [.5, 1, 2]), ([1, 1.26, 1.59], [.5, 1, 2]) };
        var (scales, ratios) = layouts[random.Next(layouts.Length)];
        var grid = new AnchorGenerator(new()
        {
            MinLevel = minLevel,
            MaxLevel = minLevel + random.Next(5),
            BaseSize = random.Next(1, 5),
            Scales = scales,
            Ratios = ratios,
            Compatibility = random.Next(2) == 0 ? AnchorCompatibility.Exact : AnchorCompatibility.Torchvision,
        }).Generate(random.Next(1, 100), random.Next(1, 140));
        var boxes = new Box[random.Next(10) == 0 ? grid.Count + 5 : random.Next(1, 12)];
        if (boxes.Length > 60)
            boxes = new Box[60];
        for (var i = 0; i < boxes.Length; i++)
            boxes[i] = i > 0 && random.Next(4) == 0 ? boxes[random.Next(i)] : DrawBox(random, grid);
        int[] classes = [.. boxes.Select(_ => random.Next(ClassCount))];
        return new(grid, boxes, classes, DrawPredictions(random, grid, boxes));
    }

    private static ArrayPredictions DrawPredictions(Random random, AnchorGrid grid, Box[] boxes)
    {
        var isHostile = random.Next(3) == 0;
        var logits = new float[grid.Count * ClassCount];
        foreach (ref var logit in logits.AsSpan())
            logit = isHostile && random.Next(6) == 0 ? Hostile() : random.Next(-6, 4) / 2f;
        var predicted = new Box[grid.Count];
        for (var i = 0; i < predicted.Length; i++)
        {
            var anchor = grid.Boxes[i];
            var (x, y) = (random.Next(-8, 9), random.Next(-8, 9));
            predicted[i] = random.Next(6) switch
            {
                0 => boxes[random.Next(boxes.Length)],
                1 => anchor,
                2 when isHostile => new(Hostile(), anchor.Y1, Hostile(), anchor.Y2),
                3 => new(anchor.X2, anchor.Y2, anchor.X1, anchor.Y1),
                _ => new(MathF.Round(anchor.X1) + x, MathF.Round(anchor.Y1) + y, MathF.Round(anchor.X2) + x, MathF.Round(anchor.Y2) + y),
            };
        }

        return new(logits, predicted);

        float Hostile() => random.Next(4) switch { 0 => float.NaN, 1 => float.PositiveInfinity, 2 => float.NegativeInfinity, _ => float.MaxValue };
    }

    private static Box DrawBox(Random random, AnchorGrid grid)
    {
        var (x, y) = (random.NextSingle() * grid.Width, random.NextSingle() * grid.Height);
        var (width, height) = (random.NextSingle() * grid.Width, random.NextSingle() * grid.Height);
        return random.Next(12) switch
        {
            0 => grid.Boxes[random.Next(grid.Count)],
            1 => new(x, y, x, y + height),
            2 => new(x, y, x, y),
            3 => new(x, y, x + .01f, y + .01f),
            4 => new(5000, 5000, 5100, 5100),
            5 => new(-300, -200, -20, -30),
            6 => new(-1e6f, -1e6f, 1e6f, 1e6f),
            7 => new(x, y, x + 3, y + 40),
            8 or 9 => new(MathF.Round(x) - 8, MathF.Round(y) - 8, MathF.Round(x) + 8, MathF.Round(y) + 8),
            10 => new(MathF.Round(x), MathF.Round(y), MathF.Round(x + width / 2), MathF.Round(y + height / 2)),
            _ => new(x - width / 2, y - height / 2, x + width / 2, y + height / 2),
        };
    }
}
