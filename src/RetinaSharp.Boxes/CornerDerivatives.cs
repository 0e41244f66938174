namespace RetinaSharp.Boxes;

/// <summary>Derivatives with respect to the corners of a predicted box, in double precision.</summary>
internal readonly record struct CornerDerivatives(double X1, double Y1, double X2, double Y2)
{
    public Box ToBox() => new((float)X1, (float)Y1, (float)X2, (float)Y2);
}
