using RetinaSharp.Boxes;

namespace RetinaSharp.Detection.Assignment;

/// <summary>Distances of a point from the edges of a box, in pixels; negative beyond the edge. In fp32, as in the reference implementations.</summary>
internal readonly record struct EdgeDistances(float Left, float Top, float Right, float Bottom)
{
    /// <summary>ATSS and TOOD take an anchor only if its center is farther than this from all edges of the box, in pixels: the constant of their code.</summary>
    public const float Margin = .01f;

    /// <summary>The smallest distance: above 0 within the box.</summary>
    public float Min => MathF.Min(MathF.Min(Left, Top), MathF.Min(Right, Bottom));

    /// <summary>The largest distance.</summary>
    public float Max => MathF.Max(MathF.Max(Left, Top), MathF.Max(Right, Bottom));

    /// <summary>Computes the distances of the center of a cell's anchors from the edges of a box.</summary>
    public static EdgeDistances Compute(Box box, GridCell cell) => new(cell.X - box.X1, cell.Y - box.Y1, box.X2 - cell.X, box.Y2 - cell.Y);
}
