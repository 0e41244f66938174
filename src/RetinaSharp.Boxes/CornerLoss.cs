namespace RetinaSharp.Boxes;

/// <summary>A loss of a predicted box, given by its corners in double precision, and its derivatives with respect to them.</summary>
internal delegate double CornerLoss(double x1, double y1, double x2, double y2, Box target, out CornerDerivatives gradient);
